using Llamax.Models.Checkpoints;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// B batch, S length, H hidden, V vocabulary

/// <summary>
/// A decoder-only transformer of the LLaMA family (Touvron et al. 2023): RMS norms, rotary positions, grouped-query attention,
/// SwiGLU. All weights are views into one flat buffer, which this object owns.
/// </summary>
public sealed class CausalModel : IDisposable
{
    private readonly DecoderBlock[] _blocks;
    private readonly Dictionary<string, ModelParameter> _byName;
    private readonly Tensor _embedding;
    private readonly Tensor _finalNorm;
    private readonly Lazy<RotaryTable> _rotary;
    private readonly bool _ownsRotary;

    /// <summary>A model whose weights are all zero: call <see cref="Initialize"/>, or use <see cref="Load"/>.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="dtype">Type of weights and activations.</param>
    /// <param name="device">Where they live.</param>
    /// <exception cref="RequestException">The config breaks its rules.</exception>
    public CausalModel(CausalConfig config, ScalarType dtype, Device device)
        : this(config, layout => zeros(layout.Length, dtype, device), null)
    {
    }

    private CausalModel(CausalConfig config, Func<ParameterLayout, Tensor> flat, Lazy<RotaryTable>? rotary)
    {
        ArgumentNullException.ThrowIfNull(config);
        OptionProblem.ThrowIfAny("the model's config", config.Problems());
        using var quiet = no_grad();
        var layout = new ParameterLayout(config);
        Config = config;
        FlatParameters = flat(layout).DetachFromDisposeScope();
        (DType, Device) = (FlatParameters.dtype, FlatParameters.device);
        DecayedLength = layout.DecayedLength;
        Parameters = [.. layout.Slices.Select(slice => Slice(slice.Name, slice.Shape, slice.Offset))];
        _byName = Parameters.ToDictionary(p => p.Name, StringComparer.Ordinal);
        _embedding = this[CausalTensorNames.Embedding];
        _finalNorm = this[CausalTensorNames.FinalNorm];
        OutputWeight = config.TiedHead ? _embedding : this[CausalTensorNames.Head];
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(layer => new DecoderBlock(config, name =>
            _byName.GetValueOrDefault(CausalTensorNames.InLayer(layer, name))?.Value))];
        _rotary = rotary ?? new(() => new RotaryTable(config, DType, Device));
        _ownsRotary = rotary is null;
    }

    public CausalConfig Config { get; }

    public ScalarType DType { get; }

    public Device Device { get; }

    /// <summary>[n] every weight: the matrices, then norms and biases; slices begin at multiples of 64 and the gaps stay zero.</summary>
    public Tensor FlatParameters { get; }

    /// <summary>The first elements of <see cref="FlatParameters"/>, which belong to matrices: weight decay is for them.</summary>
    public long DecayedLength { get; }

    /// <summary>Every learnt tensor, in the order of the flat buffer.</summary>
    public IReadOnlyList<ModelParameter> Parameters { get; }

    /// <summary>[vocabulary, hidden]; the embedding itself where the head is tied.</summary>
    public Tensor OutputWeight { get; }

    /// <summary>
    /// Whether a backward pass computes the inside of every layer again instead of keeping it: about a third more work, and the memory of
    /// one layer instead of all (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
    /// </summary>
    public bool RecomputesActivations { get; set; }

    /// <summary>The weight with this Hugging Face name.</summary>
    public Tensor this[string name] => _byName[name].Value;

    /// <summary>
    /// Draws the weights: N(0, 0.02²), the two projections that write into the residual stream divided by √(2 · layers)
    /// (GPT-2's scheme), norms one, biases zero. Every tensor has its own generator keyed by seed and name, on the CPU.
    /// </summary>
    public void Initialize(ulong seed)
    {
        using var quiet = no_grad();
        foreach (var parameter in Parameters)
        {
            using var scope = NewDisposeScope();
            if (parameter.Name.EndsWith(".bias", StringComparison.Ordinal))
            {
                parameter.Value.zero_();
            }
            else if (!parameter.Decays)
            {
                parameter.Value.fill_(1);
            }
            else
            {
                var isResidual = parameter.Name.EndsWith(CausalTensorNames.AttentionOutput, StringComparison.Ordinal)
                    || parameter.Name.EndsWith(CausalTensorNames.Down, StringComparison.Ordinal);
                var deviation = isResidual ? 0.02 / Math.Sqrt(2.0 * Config.Layers) : 0.02;
                using var generator = new Generator(new Draws(seed, $"initialize {parameter.Name}").Bits(0), CPU);
                parameter.Value.copy_(empty(parameter.Value.shape, ScalarType.Float32).normal_(0, deviation, generator));
            }
        }
    }

    /// <summary>
    /// Another model over the same weights, whose parameters have gradients of their own: two threads can run backward at the same
    /// time, one through each. The caller disposes it before this one.
    /// </summary>
    public CausalModel Alias() => new(Config, _ => FlatParameters.alias(), _rotary) { RecomputesActivations = RecomputesActivations };

    /// <summary>A copy of the weights as they are now, in the memory of the host; the caller disposes it before this one.</summary>
    public CausalModel Copy() => new(Config, _ => FlatParameters.to(CPU, copy: true), _rotary);

    /// <summary>The hidden states of a batch.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <param name="positions">[B, S] int64 below <see cref="CausalConfig.MaxPositions"/>; null = 0 … S − 1.</param>
    /// <param name="visible">
    /// [B, 1, S, S] bool, true = the row's query may attend to the column's key; every query must see at least one key (padding sees
    /// itself). Null = causal. With a mask the caller decides everything, the sliding window included.
    /// </param>
    /// <returns>[B, S, H] after the final norm.</returns>
    public Tensor Forward(Tensor tokens, Tensor? positions = null, Tensor? visible = null) =>
        Run(tokens, positions, visible, null, null);

    /// <summary>What every layer sees and what the last one gives, in transformers' convention.</summary>
    /// <returns>
    /// Layers + 1 tensors [B, S, H]: the embeddings, the output of each layer but the last, the output of the final norm.
    /// </returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor tokens, Tensor? positions = null, Tensor? visible = null)
    {
        var states = new List<Tensor>();
        states.Add(Run(tokens, positions, visible, states.Add, null));
        return states;
    }

    /// <summary>Logits.</summary>
    /// <param name="hidden">[.., H] from <see cref="Forward"/>.</param>
    /// <returns>[.., V].</returns>
    public Tensor Project(Tensor hidden) => nn.functional.linear(hidden, OutputWeight);

    /// <summary>Reads prompts into a cache, whose rows then are the prompts; what it held before is forgotten. Without gradients.</summary>
    /// <param name="prompts">Token ids; none is empty.</param>
    /// <param name="mostNewTokens">The most <see cref="Step"/> calls that will follow.</param>
    /// <param name="cache">A cache made for this model.</param>
    /// <returns>[prompts, H] the hidden state of the last token of every prompt, after the final norm.</returns>
    /// <exception cref="RequestException">A prompt and its new tokens are longer than the model's positions.</exception>
    public Tensor Prefill(IReadOnlyList<int[]> prompts, int mostNewTokens, KeyValueCache cache)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentNullException.ThrowIfNull(cache);
        ArgumentOutOfRangeException.ThrowIfNegative(mostNewTokens);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var lengths = prompts.Select(prompt => prompt.Length).ToArray();
        var longest = lengths.Max();
        RequireLength((long)longest + mostNewTokens);

        // Padding stands on the right, where causal attention keeps it out of sight of every real token.
        var padded = new long[prompts.Count, longest];
        for (var row = 0; row < prompts.Count; row++)
            for (var i = 0; i < lengths[row]; i++)
                padded[row, i] = prompts[row][i];
        cache.Begin(lengths, mostNewTokens);
        var hidden = Run(tensor(padded, device: Device), null, null, null, cache).flatten(0, 1);
        var last = lengths.Select((length, row) => ((long)row * longest) + length - 1).ToArray();
        return hidden.index_select(0, tensor(last, device: Device)).MoveToOuterDisposeScope();
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
        var (cosine, sine) = _rotary.Value.At(plan.Positions, 1);
        var hidden = JitOps.Embedding(_embedding, tensor(ids, device: Device));
        for (var layer = 0; layer < _blocks.Length; layer++)
            hidden = _blocks[layer].Step(hidden, cosine, sine, cache[layer], plan);
        return JitOps.RmsNorm(hidden, _finalNorm, Config.NormEpsilon).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Reads a Hugging Face folder.</summary>
    /// <param name="folder">With config.json and safetensors files, sharded or not.</param>
    /// <param name="dtype">Type of the weights in memory; null = float32, whatever the file holds.</param>
    /// <param name="device">Null = CPU.</param>
    /// <exception cref="RequestException">A file is missing, damaged, or asks for what is not implemented.</exception>
    public static CausalModel Load(string folder, ScalarType? dtype = null, Device? device = null)
    {
        var config = CausalConfig.FromJson(Path.Combine(folder, "config.json"));
        using var checkpoint = new CheckpointFolder(folder);
        checkpoint.Check([.. new ParameterLayout(config).Slices.Select(slice => (slice.Name, slice.Shape))], IsOptional(config));
        var model = new CausalModel(config, dtype ?? ScalarType.Float32, device ?? CPU);
        try
        {
            foreach (var parameter in model.Parameters)
                checkpoint.CopyTo(parameter.Name, parameter.Value);
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
        CheckpointFolder.Write(folder, [.. Parameters.Select(p => (p.Name, p.Value))], stored, maxShardBytes);
        AtomicFile.WriteAllText(Path.Combine(folder, "config.json"), Config.ToJson(SafetensorsTypes.ConfigName(stored)));
    }

    public void Dispose()
    {
        if (_ownsRotary && _rotary.IsValueCreated)
            _rotary.Value.Dispose();
        foreach (var parameter in Parameters)
            parameter.Value.Dispose();
        FlatParameters.Dispose();
    }

    private Tensor Run(Tensor tokens, Tensor? positions, Tensor? visible, Action<Tensor>? observe, KeyValueCache? cache)
    {
        using var scope = NewDisposeScope();
        var length = tokens.shape[1];
        RequireLength(length);
        var (cosine, sine) = _rotary.Value.At(positions, length);
        var mask = visible ?? WindowMask(length);
        var hidden = JitOps.Embedding(_embedding, tokens);
        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            observe?.Invoke(hidden.alias().MoveToOuterDisposeScope());
            var block = _blocks[layer];
            hidden = RecomputesActivations && is_grad_enabled()
                ? RecomputedLayer.Apply(block, hidden, cosine, sine, mask)
                : block.Forward(hidden, cosine, sine, mask, cache?[layer]);
        }

        return JitOps.RmsNorm(hidden, _finalNorm, Config.NormEpsilon).MoveToOuterDisposeScope();
    }

    private Tensor? WindowMask(long length)
    {
        if (Config.SlidingWindow is not { } window || length <= window)
            return null;
        var all = ones(length, length, ScalarType.Bool, Device);
        return all.tril().logical_and(all.triu(1 - window));
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

    private ModelParameter Slice(string name, long[] shape, long offset)
    {
        using var scope = NewDisposeScope();
        var length = shape.Aggregate(1L, (product, size) => product * size);
        var value = FlatParameters.narrow(0, offset, length).view(shape).detach().DetachFromDisposeScope();
        return new(name, value, offset, length, Decays: shape.Length > 1);
    }

    private static Func<string, bool> IsOptional(CausalConfig config) => name =>
        CausalTensorNames.IsDerived(name) || (config.TiedHead && name == CausalTensorNames.Head);
}
