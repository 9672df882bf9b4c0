using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Layers;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.EncoderDecoder;

// B batch, S source length, T target length, H hidden, V vocabulary, N heads

/// <summary>
/// An encoder-decoder transformer: M2M-100 (Fan et al. 2021) and NLLB, T5 v1.1 (Raffel et al. 2020) and mT5. All weights are views
/// into one flat buffer, which this object owns. Batches are padded on the right.
/// </summary>
public sealed class EncoderDecoderModel : ICachedDecoder
{
    private readonly FlatWeights _weights;
    private readonly Tensor _embedding;
    private readonly EncoderBlock[] _encoder;
    private readonly CrossAttentionBlock[] _decoder;
    private readonly Norm _encoderNorm;
    private readonly Norm _decoderNorm;
    private readonly RelativeBias? _encoderBias;
    private readonly RelativeBias? _decoderBias;
    private readonly Lazy<SinusoidalTable>? _positions;

    /// <summary>A model whose weights are all zero: call <see cref="Initialize"/>, or use <see cref="Load"/>.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="dtype">Type of weights and activations.</param>
    /// <param name="device">Where they live.</param>
    /// <exception cref="RequestException">The config breaks its rules.</exception>
    public EncoderDecoderModel(EncoderDecoderConfig config, ScalarType dtype, Device device)
    {
        ArgumentNullException.ThrowIfNull(config);
        OptionProblem.ThrowIfAny("the model's config", config.Problems());
        Config = config;
        _weights = new([.. config.Tensors()], layout => zeros(layout.Length, dtype, device));
        var (names, encoder, decoder) = (config.Family.Tensors, config.Encoder, config.Decoder);
        _embedding = this[$"{names.Embedding}.weight"];
        OutputWeight = config.TiedHead ? _embedding : this[$"{names.Head}.weight"];
        _encoder = [.. Enumerable.Range(0, config.EncoderLayers).Select(layer =>
        {
            Tensor? Weight(string name) => _weights.Find(encoder.Names.InLayer(layer, name));
            return new EncoderBlock(
                encoder.SelfAttention(Weight), encoder.NormOf(encoder.Names.SelfNorm, Weight),
                encoder.FeedForward(Weight), encoder.NormOf(encoder.Names.MlpNorm, Weight), normsFirst: true);
        })];
        _decoder = [.. Enumerable.Range(0, config.DecoderLayers).Select(layer =>
            new CrossAttentionBlock(decoder, name => _weights.Find(decoder.Names.InLayer(layer, name))))];
        (_encoderNorm, _decoderNorm) = (encoder.NormOf(names.EncoderNorm, _weights.Find), decoder.NormOf(names.DecoderNorm, _weights.Find));
        if (names.RelativeBias is { } bias)
        {
            RelativeBias Relative(BlockNames block, bool isBidirectional) =>
                new(this[$"{block.InLayer(0, bias)}.weight"], isBidirectional, config.RelativeMaxDistance);
            (_encoderBias, _decoderBias) = (Relative(names.Encoder, true), Relative(names.Decoder, false));
        }
        else
        {
            // fairseq counts positions from behind the padding id.
            _positions = new(() => new SinusoidalTable(config.PadId + 1, config.MaxPositions, config.HiddenSize, DType, Device));
        }
    }

    public EncoderDecoderConfig Config { get; }

    public ScalarType DType => FlatParameters.dtype;

    public Device Device => FlatParameters.device;

    /// <summary>[n] every weight: the matrices, then norms and biases; slices begin at multiples of 64 and the gaps stay zero.</summary>
    public Tensor FlatParameters => _weights.Flat;

    /// <summary>The first elements of <see cref="FlatParameters"/>, which belong to matrices: weight decay is for them.</summary>
    public long DecayedLength => _weights.DecayedLength;

    /// <summary>Every learnt tensor, in the order of the flat buffer.</summary>
    public IReadOnlyList<ModelParameter> Parameters => _weights.Parameters;

    /// <summary>[vocabulary, hidden]; the embedding itself where the head is tied.</summary>
    public Tensor OutputWeight { get; }

    int ICachedDecoder.VocabularySize => Config.VocabularySize;

    /// <summary>The weight with this Hugging Face name.</summary>
    public Tensor this[string name] => _weights[name];

    /// <summary>
    /// Draws the weights: N(0, 0.02²), the projections that write into the residual stream divided by √(2 · layers), norms one, biases
    /// zero. Every tensor has its own generator keyed by seed and name, on the CPU.
    /// </summary>
    public void Initialize(ulong seed) => _weights.Initialize(seed, name =>
        Config.Encoder.Names.IsResidual(name) || Config.Decoder.Names.IsResidual(name)
            ? 0.02 / Math.Sqrt(2.0 * Math.Max(Config.EncoderLayers, Config.DecoderLayers)) : 0.02);

    /// <summary>What the decoder reads of the sources.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <param name="isToken">[B, S] bool, false = padding, which stands on the right; null = no padding.</param>
    /// <returns>[B, S, H] after the final norm.</returns>
    public Tensor Encode(Tensor tokens, Tensor? isToken = null) => Encode(tokens, isToken, null);

    /// <summary>What every layer of the encoder sees and what the last one gives, in transformers' convention.</summary>
    /// <returns>Layers + 1 tensors [B, S, H]: the embeddings, the output of each layer but the last, that of the final norm.</returns>
    public IReadOnlyList<Tensor> EncoderStates(Tensor tokens, Tensor? isToken = null)
    {
        var states = new List<Tensor>();
        states.Add(Encode(tokens, isToken, states.Add));
        return states;
    }

    /// <summary>Hidden states of whole targets.</summary>
    /// <param name="tokens">[B, T] int64, beginning with <see cref="EncoderDecoderConfig.DecoderStartId"/>.</param>
    /// <param name="memory">[B, S, H] from <see cref="Encode(Tensor, Tensor?)"/>.</param>
    /// <param name="isSourceToken">[B, S] as there.</param>
    /// <returns>[B, T, H] after the final norm; <see cref="Project"/> makes logits of it.</returns>
    public Tensor Decode(Tensor tokens, Tensor memory, Tensor? isSourceToken = null) => Decode(tokens, memory, isSourceToken, null);

    /// <summary>As <see cref="EncoderStates"/>, for the decoder.</summary>
    public IReadOnlyList<Tensor> DecoderStates(Tensor tokens, Tensor memory, Tensor? isSourceToken = null)
    {
        var states = new List<Tensor>();
        states.Add(Decode(tokens, memory, isSourceToken, states.Add));
        return states;
    }

    /// <summary>Logits.</summary>
    /// <param name="hidden">[.., H] from the decoder.</param>
    /// <returns>[.., V].</returns>
    public Tensor Project(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return Projection.Linear(BeforeHead(hidden), OutputWeight, null).MoveToOuterDisposeScope();
    }

    /// <summary>What <see cref="OutputWeight"/> multiplies: hidden states, scaled where T5 has a tied head.</summary>
    public Tensor BeforeHead(Tensor hidden) => Config.HeadScale == 1 ? hidden.alias() : hidden.Times(Config.HeadScale);

    public KeyValueCache NewCache() => new(this);

    /// <summary>
    /// Encodes sources into a cache, whose rows then are their translations, each with the start token alone; what the cache held
    /// before is forgotten. Without gradients.
    /// </summary>
    /// <param name="prompts">The sources: token ids; none is empty.</param>
    /// <param name="mostNewTokens">The most <see cref="Step"/> calls that will follow.</param>
    /// <param name="cache">A cache made for this model.</param>
    /// <returns>[sources, H] the decoder's state behind the start token, after the final norm.</returns>
    /// <exception cref="RequestException">A source, or its translation, is longer than the model's positions.</exception>
    public Tensor Prefill(IReadOnlyList<int[]> prompts, int mostNewTokens, KeyValueCache cache)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentOutOfRangeException.ThrowIfNegative(mostNewTokens);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        RequireLength(1L + mostNewTokens);
        var lengths = prompts.Select(source => source.Length).ToArray();
        var padded = new long[prompts.Count, lengths.Max()];
        var isToken = new bool[prompts.Count, lengths.Max()];
        for (var row = 0; row < prompts.Count; row++)
            for (var i = 0; i < lengths.Max(); i++)
                (padded[row, i], isToken[row, i]) = i < lengths[row] ? (prompts[row][i], true) : (Config.PadId, false);
        var hasPadding = lengths.Any(length => length < lengths.Max());
        var memory = Encode(tensor(padded, device: Device), hasPadding ? tensor(isToken, device: Device) : null);
        cache.Begin(lengths, mostNewTokens + 1);
        for (var layer = 0; layer < _decoder.Length; layer++)
            _decoder[layer].Keep(memory, cache[layer]);
        return Step([.. Enumerable.Repeat(Config.DecoderStartId, prompts.Count)], cache).MoveToOuterDisposeScope();
    }

    /// <summary>Adds one token to every live row of a cache. Without gradients.</summary>
    /// <param name="tokens">One id per row.</param>
    /// <param name="cache">The cache, after <see cref="KeyValueCache.Select"/> where rows have changed.</param>
    /// <returns>[rows, H] after the final norm.</returns>
    public Tensor Step(ReadOnlySpan<int> tokens, KeyValueCache cache)
    {
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, cache.Rows);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var ids = new long[tokens.Length, 1];
        for (var row = 0; row < tokens.Length; row++)
            ids[row, 0] = tokens[row];
        var plan = cache.NextStep();
        var bias = _decoderBias?.For(plan.Step, 1, plan.Step + 1);
        var hidden = Embed(tensor(ids, device: Device), plan.Step);
        for (var layer = 0; layer < _decoder.Length; layer++)
            hidden = _decoder[layer].Step(hidden, cache[layer], plan, bias);
        return _decoderNorm.Apply(hidden).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Reads a Hugging Face folder, or a GGUF file of a T5.</summary>
    /// <param name="folder">With config.json and weights; or the file.</param>
    /// <param name="dtype">Type of the weights in memory; null = float32, whatever the file holds.</param>
    /// <param name="device">Null = CPU.</param>
    /// <exception cref="RequestException">A file is missing, damaged, or asks for what is not implemented.</exception>
    public static EncoderDecoderModel Load(string folder, ScalarType? dtype = null, Device? device = null)
    {
        var config = EncoderDecoderConfig.Read(folder);
        using var checkpoint = new CheckpointFolder(folder);
        var stored = config.StoredNames().Locate(checkpoint, [.. config.Tensors()]);
        var model = new EncoderDecoderModel(config, dtype ?? ScalarType.Float32, device ?? CPU);
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

    /// <summary>
    /// Writes config.json and the weights in Hugging Face's layout, each file whole or not at all. Tokenizer files are the caller's.
    /// </summary>
    /// <param name="folder">Made where it is missing.</param>
    /// <param name="dtype">Type of the stored weights; null = the model's.</param>
    /// <param name="maxShardBytes">Weights beyond this are split into numbered shards.</param>
    public void Save(string folder, ScalarType? dtype = null, long maxShardBytes = 5_000_000_000)
    {
        var stored = dtype ?? DType;
        _weights.Save(folder, stored, maxShardBytes);
        AtomicFile.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJson(SafetensorsTypes.ConfigName(stored)));
    }

    public void Dispose()
    {
        if (_positions?.IsValueCreated == true)
            _positions.Value.Dispose();
        _weights.Dispose();
    }

    private Tensor Encode(Tensor tokens, Tensor? isToken, Action<Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        var length = (int)tokens.shape[1];
        RequireLength(length);
        var bias = AttentionBias.Of(isToken, length, DType, Device);
        if (_encoderBias is not null)
            bias = bias.Plus(_encoderBias.For(0, length, length));
        var hidden = Embed(tokens, 0);
        foreach (var block in _encoder)
        {
            observe?.Invoke(hidden.alias().MoveToOuterDisposeScope());
            hidden = block.Forward(hidden, bias);
        }

        return _encoderNorm.Apply(hidden).MoveToOuterDisposeScope();
    }

    private Tensor Decode(Tensor tokens, Tensor memory, Tensor? isSourceToken, Action<Tensor>? observe)
    {
        using var scope = NewDisposeScope();
        var length = (int)tokens.shape[1];
        RequireLength(length);
        var bias = AttentionBias.Causal(length, DType, Device);
        if (_decoderBias is not null)
            bias = bias.Plus(_decoderBias.For(0, length, length));
        var memoryBias = AttentionBias.Of(isSourceToken, (int)memory.shape[1], DType, Device);
        var hidden = Embed(tokens, 0);
        foreach (var block in _decoder)
        {
            observe?.Invoke(hidden.alias().MoveToOuterDisposeScope());
            hidden = block.Forward(hidden, memory, bias, memoryBias);
        }

        return _decoderNorm.Apply(hidden).MoveToOuterDisposeScope();
    }

    private Tensor Embed(Tensor tokens, int firstPosition)
    {
        var embedded = JitOps.Embedding(_embedding, tokens);
        if (Config.ScaleEmbedding)
            embedded = embedded.Times(Math.Sqrt(Config.HiddenSize));
        return _positions is null ? embedded : embedded.Plus(_positions.Value.From(firstPosition, tokens.shape[1]));
    }

    private void RequireLength(long length)
    {
        if (length > Config.MaxPositions)
        {
            throw new RequestException(
                $"a sequence of {length} tokens is longer than the model's {Config.MaxPositions} positions", "",
                "shorten the text, or use a model with more positions");
        }
    }
}
