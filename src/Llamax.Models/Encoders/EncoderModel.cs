using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Layers;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Encoders;

// B batch, S length, H hidden

/// <summary>
/// XLM-RoBERTa (Conneau et al. 2020), the body of COMET: learnt positions, norms behind the sums. All weights are views into one flat
/// buffer, which this object owns. Batches are padded on the right.
/// </summary>
public sealed class EncoderModel : IDisposable
{
    private readonly FlatWeights _weights;
    private readonly Tensor _words;
    private readonly Tensor _positions;
    private readonly Tensor _types;
    private readonly Norm _embeddingNorm;
    private readonly EncoderBlock[] _blocks;

    /// <summary>A model whose weights are all zero: call <see cref="Initialize"/>, or use <see cref="Load"/>.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="dtype">Type of weights and activations.</param>
    /// <param name="device">Where they live.</param>
    /// <exception cref="RequestException">The config breaks its rules.</exception>
    public EncoderModel(EncoderConfig config, ScalarType dtype, Device device)
    {
        ArgumentNullException.ThrowIfNull(config);
        OptionProblem.ThrowIfAny("the model's config", config.Problems());
        Config = config;
        _weights = new([.. config.Tensors()], layout => zeros(layout.Length, dtype, device));
        _words = this[$"{EncoderTensorNames.Words}.weight"];
        _positions = this[$"{EncoderTensorNames.Positions}.weight"];
        _types = this[$"{EncoderTensorNames.Types}.weight"];
        var block = config.Block;
        _embeddingNorm = block.NormOf(EncoderTensorNames.EmbeddingNorm, _weights.Find);
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(layer =>
        {
            Tensor? Weight(string name) => _weights.Find(block.Names.InLayer(layer, name));
            return new EncoderBlock(
                block.SelfAttention(Weight), block.NormOf(block.Names.SelfNorm, Weight),
                block.FeedForward(Weight), block.NormOf(block.Names.MlpNorm, Weight), normsFirst: false);
        })];
    }

    public EncoderConfig Config { get; }

    /// <summary>[n] every weight: the matrices, then norms and biases; slices begin at multiples of 64 and the gaps stay zero.</summary>
    public Tensor FlatParameters => _weights.Flat;

    /// <summary>The first elements of <see cref="FlatParameters"/>, which belong to matrices: weight decay is for them.</summary>
    public long DecayedLength => _weights.DecayedLength;

    /// <summary>Every learnt tensor, in the order of the flat buffer.</summary>
    public IReadOnlyList<ModelParameter> Parameters => _weights.Parameters;

    /// <summary>The weight with this Hugging Face name.</summary>
    public Tensor this[string name] => _weights[name];

    /// <summary>
    /// Draws the weights: N(0, 0.02²), norms one, biases zero. Every tensor has its own generator keyed by seed and name, on the CPU.
    /// </summary>
    public void Initialize(ulong seed) => _weights.Initialize(seed, _ => 0.02);

    /// <summary>The output of the last layer.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <param name="isToken">[B, S] bool, false = padding, which stands on the right; null = no padding.</param>
    /// <returns>[B, S, H]; what stands at padding means nothing.</returns>
    public Tensor Forward(Tensor tokens, Tensor? isToken = null) => Run(tokens, isToken, null);

    /// <summary>The embeddings and the output of every layer.</summary>
    /// <returns>Layers + 1 tensors [B, S, H].</returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor tokens, Tensor? isToken = null)
    {
        var states = new List<Tensor>();
        states.Add(Run(tokens, isToken, states.Add));
        return states;
    }

    /// <summary>Reads a Hugging Face folder.</summary>
    /// <param name="folder">With config.json and weights.</param>
    /// <param name="dtype">Type of the weights in memory; null = float32, whatever the file holds.</param>
    /// <param name="device">Null = CPU.</param>
    /// <exception cref="RequestException">A file is missing, damaged, or asks for what is not implemented.</exception>
    public static EncoderModel Load(string folder, ScalarType? dtype = null, Device? device = null)
    {
        var config = EncoderConfig.FromJson(Path.Combine(folder, "config.json"));
        using var checkpoint = new CheckpointFolder(folder);
        var hasHead = checkpoint.Has($"roberta.{EncoderTensorNames.Words}.weight");
        return Extract(config, checkpoint, hasHead ? "roberta." : "", dtype ?? ScalarType.Float32, device ?? CPU);
    }

    /// <summary>Reads the encoder out of a checkpoint that holds more, such as COMET's.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="checkpoint">Stays the caller's.</param>
    /// <param name="prefix">Before every name of the encoder: <c>encoder.model.</c> in COMET's.</param>
    /// <param name="dtype">Type of the weights in memory.</param>
    /// <param name="device">Where they live.</param>
    /// <exception cref="RequestException">A tensor is missing or of another shape.</exception>
    internal static EncoderModel Extract(EncoderConfig config, CheckpointFolder checkpoint, string prefix, ScalarType dtype, Device device)
    {
        var stored = EncoderTensorNames.Stored(prefix).Locate(checkpoint, [.. config.Tensors()]);
        var model = new EncoderModel(config, dtype, device);
        try
        {
            model._weights.Load(checkpoint, stored);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Writes config.json and the weights in Hugging Face's layout, each file whole or not at all.</summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="dtype">Type of the stored weights; null = the model's.</param>
    public void Save(string folder, ScalarType? dtype = null)
    {
        var stored = dtype ?? FlatParameters.dtype;
        _weights.Save(folder, stored, 5_000_000_000);
        AtomicFile.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJson(SafetensorsTypes.ConfigName(stored)));
    }

    public void Dispose() => _weights.Dispose();

    private Tensor Run(Tensor tokens, Tensor? isToken, Action<Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        var length = (int)tokens.shape[1];
        if (length > Config.MaxLength)
        {
            throw new RequestException(
                $"a text of {length} tokens is longer than the encoder's {Config.MaxLength}", "", "shorten the text");
        }

        var bias = AttentionBias.Of(isToken, length, FlatParameters.dtype, FlatParameters.device);
        var positions = _positions.narrow(0, Config.PadId + 1, length);
        var hidden = _embeddingNorm.Apply(JitOps.Embedding(_words, tokens).Plus(positions).Plus(_types[0]));
        foreach (var block in _blocks)
        {
            observe?.Invoke(hidden.alias().MoveToOuterDisposeScope());
            hidden = block.Forward(hidden, bias);
        }

        return hidden.MoveToOuterDisposeScope();
    }
}
