using Llamax.Models.Adapters;
using Llamax.Models.Checkpoints;
using Llamax.Models.Layers;
using Llamax.Models.Native;
using Llamax.Models.Quantization;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// B batch, S length, H hidden, V vocabulary

/// <summary>
/// A decoder-only transformer: LLaMA (Touvron et al. 2023) and the families that differ from it by rows of a table. All weights are
/// views into one flat buffer, which this object owns.
/// </summary>
public sealed class CausalModel : ICachedDecoder
{
    private readonly DecoderBlock[] _blocks;
    private readonly FlatWeights _weights;
    private readonly Tensor _embedding;
    private readonly Tensor? _positions;
    private readonly Norm _finalNorm;
    private readonly Lazy<RotaryTable> _rotary;
    private readonly bool _ownsRotary;
    private readonly RoundedWeights? _rounded;
    private readonly Tensor? _outputWeight;
    private readonly Projection _head;
    private bool _ownsRounded;
    private bool _ownsAdapter;

    /// <summary>A model whose weights are all zero: call <see cref="Initialize"/>, or use <see cref="Load"/>.</summary>
    /// <param name="config">Its shape.</param>
    /// <param name="dtype">Type of weights and activations.</param>
    /// <param name="device">Where they live.</param>
    /// <exception cref="RequestException">The config breaks its rules.</exception>
    public CausalModel(CausalConfig config, ScalarType dtype, Device device)
        : this(config, layout => zeros(layout.Length, dtype, device), null)
    {
    }

    private CausalModel(
        CausalConfig config,
        Func<ParameterLayout, Tensor> flat,
        Lazy<RotaryTable>? rotary,
        LoraAdapter? adapter = null,
        RoundedWeights? rounded = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        OptionProblem.ThrowIfAny("the model's config", config.Problems());
        (Config, _rounded) = (config, rounded);
        _weights = new([.. config.Tensors().Where(tensor => rounded?.Replaces(tensor.Name) != true)], flat);
        (DType, Device) = (FlatParameters.dtype, FlatParameters.device);
        var names = config.Family.Tensors;
        _embedding = this[$"{names.Embedding}.weight"];
        _positions = names.Positions is { } positions ? this[$"{positions}.weight"] : null;
        _finalNorm = new(
            config.Family.Norm, this[$"{names.FinalNorm}.weight"], _weights.Find($"{names.FinalNorm}.bias"), config.NormEpsilon);
        _outputWeight = config.TiedHead ? _embedding : _weights.Find($"{names.Head}.weight");
        _head = new(_outputWeight, null, rounded: rounded?.Head);
        _blocks = [.. Enumerable.Range(0, config.Layers).Select(layer => new DecoderBlock(config, name =>
            _weights.Find(names.InLayer(layer, name)), name => adapter?.Find(names.InLayer(layer, name)),
            name => rounded?.Find(names.InLayer(layer, name))))];
        Adapter = adapter;
        _rotary = rotary ?? new(() => new RotaryTable(
            config.RotaryFrequencies(), config.Family.Positions == PositionKind.RotaryPairs, config.MaxPositions, DType, Device));
        _ownsRotary = rotary is null;
    }

    public CausalConfig Config { get; }

    /// <summary>What is added to the projections; null = nothing. Not owned.</summary>
    public LoraAdapter? Adapter { get; }

    public ScalarType DType { get; }

    public Device Device { get; }

    /// <summary>[n] every weight: the matrices, then norms and biases; slices begin at multiples of 64 and the gaps stay zero.</summary>
    public Tensor FlatParameters => _weights.Flat;

    /// <summary>The first elements of <see cref="FlatParameters"/>, which belong to matrices: weight decay is for them.</summary>
    public long DecayedLength => _weights.DecayedLength;

    /// <summary>Every learnt tensor, in the order of the flat buffer.</summary>
    public IReadOnlyList<ModelParameter> Parameters => _weights.Parameters;

    /// <summary>[n] what training moves: the matrices of the adapter where there is one, else every weight.</summary>
    public Tensor TrainableFlat => Adapter?.FlatParameters ?? FlatParameters;

    /// <summary>The learnt tensors in <see cref="TrainableFlat"/>, in its order.</summary>
    public IReadOnlyList<ModelParameter> TrainableParameters => Adapter?.Parameters ?? Parameters;

    /// <summary>[vocabulary, hidden]; the embedding itself where the head is tied.</summary>
    /// <exception cref="InvalidOperationException">The head is rounded to eight bits.</exception>
    public Tensor OutputWeight => _outputWeight ?? throw new InvalidOperationException("The head of this model is rounded to eight bits.");

    /// <summary>Whether the matrices are rounded to eight bits: inference alone, on the CPU.</summary>
    public bool IsRounded => _rounded is not null;

    /// <summary>
    /// Whether a backward pass computes the inside of every layer again instead of keeping it: about a third more work, and the memory of
    /// one layer instead of all (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost").
    /// </summary>
    public bool RecomputesActivations { get; set; }

    int ICachedDecoder.VocabularySize => Config.VocabularySize;

    /// <summary>The weight with this Hugging Face name.</summary>
    public Tensor this[string name] => _weights[name];

    /// <summary>
    /// Draws the weights: N(0, 0.02²), the two projections that write into the residual stream divided by √(2 · layers)
    /// (GPT-2's scheme), norms one, biases zero. Every tensor has its own generator keyed by seed and name, on the CPU.
    /// </summary>
    public void Initialize(ulong seed) => _weights.Initialize(
        seed, name => Config.Family.Tensors.IsResidual(name) ? 0.02 / Math.Sqrt(2.0 * Config.Layers) : 0.02);

    /// <summary>
    /// Another model over the same weights, whose parameters have gradients of their own: two threads can run backward at the same
    /// time, one through each. The caller disposes it before this one.
    /// </summary>
    public CausalModel Alias() => new(Config, _ => FlatParameters.alias(), _rotary, Adapter?.Alias(), _rounded)
    {
        RecomputesActivations = RecomputesActivations,
        _ownsAdapter = true,
    };

    /// <summary>
    /// What training moves, copied as it is now into the memory of the host: the weights, or those of the adapter alone. The caller
    /// disposes it before this one.
    /// </summary>
    public CausalModel Copy() => new(
        Config, _ => Adapter is null ? FlatParameters.to(CPU, copy: true) : FlatParameters.alias(), _rotary, Adapter?.Copy(), _rounded)
    {
        _ownsAdapter = true,
    };

    /// <summary>
    /// The model that an adapter makes of this one, over the same weights: what it computes is differentiable by the adapter's matrices.
    /// The caller disposes it before this one and the adapter.
    /// </summary>
    /// <exception cref="RequestException">The adapter changes the embedding or the head, which can only be merged.</exception>
    public CausalModel WithAdapter(LoraAdapter adapter)
    {
        ArgumentNullException.ThrowIfNull(adapter);
        var names = Config.Family.Tensors;
        if (new[] { names.Embedding, names.Head }.FirstOrDefault(module => adapter.Find(module) is not null) is { } outside)
        {
            throw new RequestException(
                $"the adapter changes {outside}, which is computed merged alone", "the adapter", "merge it: llamax export --adapter");
        }

        return new(Config, _ => FlatParameters.alias(), _rotary, adapter, _rounded);
    }

    /// <summary>The hidden states of a batch.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <param name="positions">[B, S] int64 below <see cref="CausalConfig.MaxPositions"/>; null = 0 … S − 1.</param>
    /// <param name="visible">
    /// [B, 1, S, S] bool, true = the row's query may attend to the column's key; every query must see at least one key (padding sees
    /// itself). Null = causal. With a mask the caller decides everything, the sliding window included.
    /// </param>
    /// <returns>[B, S, H] after the final norm.</returns>
    public Tensor Forward(Tensor tokens, Tensor? positions = null, Tensor? visible = null) =>
        Run(tokens, positions, visible);

    /// <summary>What every layer sees and what the last one gives, in transformers' convention.</summary>
    /// <returns>
    /// Layers + 1 tensors [B, S, H]: the embeddings, the output of each layer but the last, the output of the final norm.
    /// </returns>
    public IReadOnlyList<Tensor> HiddenStates(Tensor tokens, Tensor? positions = null, Tensor? visible = null)
    {
        var states = new List<Tensor>();
        states.Add(Run(tokens, positions, visible, states.Add));
        return states;
    }

    /// <summary>Logits.</summary>
    /// <param name="hidden">[.., H] from <see cref="Forward"/>.</param>
    /// <returns>[.., V].</returns>
    public Tensor Project(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return _head.Apply(BeforeHead(hidden)).MoveToOuterDisposeScope();
    }

    /// <summary>What <see cref="OutputWeight"/> multiplies: hidden states, scaled where the family scales its logits.</summary>
    /// <param name="hidden">[.., H] from <see cref="Forward"/>.</param>
    public Tensor BeforeHead(Tensor hidden) => Config.LogitScale == 1 ? hidden.alias() : hidden.Times(Config.LogitScale);

    public KeyValueCache NewCache() => new(this);

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
        RequireLength((long)prompts.Max(prompt => prompt.Length) + mostNewTokens);
        cache.Begin(prompts, mostNewTokens);
        var common = cache.Common;
        if (common > 0)
            Read(new([new(prompts[0], 0, common)], 0, Device), 0, layer => cache[layer].KeepCommon).Dispose();
        var rest = prompts.Select(prompt => new ArraySegment<int>(prompt, common, prompt.Length - common)).ToList();
        return Read(new(rest, common, Device), common, layer => cache[layer].Keep).MoveToOuterDisposeScope();
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
        var (hidden, rotation) = Embed(tensor(ids, device: Device), plan.Positions);
        for (var layer = 0; layer < _blocks.Length; layer++)
            hidden = _blocks[layer].Step(hidden, rotation, cache[layer], plan);
        return _finalNorm.Apply(hidden).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Reads a model from a Hugging Face folder or a GGUF file.</summary>
    /// <param name="folder">With config.json and weights, sharded or not; or a file of weights with its config.json beside it; or GGUF.</param>
    /// <param name="dtype">Type of the weights in memory; null = float32, whatever the file holds.</param>
    /// <param name="device">Null = CPU.</param>
    /// <exception cref="RequestException">A file is missing, damaged, or asks for what is not implemented.</exception>
    public static CausalModel Load(string folder, ScalarType? dtype = null, Device? device = null)
    {
        var config = CausalConfig.Read(folder);
        using var checkpoint = new CheckpointFolder(folder);
        var stored = config.StoredNames().Locate(checkpoint, [.. config.Tensors()]);
        var (type, place) = (dtype ?? ScalarType.Float32, device ?? CPU);

        // Not zeroed: loading writes every element once.
        var model = new CausalModel(config, layout => empty(layout.Length, type, place), null);
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
    /// As <see cref="Load"/>, with the matrices of the layers and the head rounded to eight bits one after another, so that they never
    /// lie in memory whole: a quarter of float32's. The embedding stays float32.
    /// </summary>
    /// <param name="folder">As there.</param>
    public static CausalModel LoadInt8(string folder)
    {
        var config = CausalConfig.Read(folder);
        using var checkpoint = new CheckpointFolder(folder);
        var stored = config.StoredNames().Locate(checkpoint, [.. config.Tensors()]);
        var rounded = new RoundedWeights(config, tensor =>
        {
            var weight = empty(tensor.Sizes, ScalarType.Float32);
            checkpoint.CopyTo(stored[tensor.Name], weight);
            return weight;
        });
        return Rounded(config, rounded, weights => weights.Load(checkpoint, stored));
    }

    /// <summary>This model with its matrices rounded as by <see cref="LoadInt8"/>; this one stays as it is.</summary>
    public CausalModel ToInt8() => Rounded(Config, new(Config, tensor => this[tensor.Name].alias()), weights =>
    {
        using var quiet = no_grad();
        foreach (var parameter in weights.Parameters)
            parameter.Value.copy_(this[parameter.Name]);
    });

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
        if (_ownsAdapter)
            Adapter?.Dispose();
        if (_ownsRotary && _rotary.IsValueCreated)
            _rotary.Value.Dispose();
        _weights.Dispose();
        if (_ownsRounded)
            _rounded?.Dispose();
    }

    private static CausalModel Rounded(CausalConfig config, RoundedWeights rounded, Action<FlatWeights> fill)
    {
        var model = new CausalModel(config, layout => zeros(layout.Length, ScalarType.Float32), null, null, rounded) { _ownsRounded = true };
        try
        {
            fill(model._weights);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    private Tensor Run(
        Tensor tokens,
        Tensor? positions,
        Tensor? visible,
        Action<Tensor>? observe = null)
    {
        using var scope = NewDisposeScope();
        var length = tokens.shape[1];
        RequireLength(length);
        var mask = visible ?? (Config.SlidingWindow < length ? Visible(length, 0) : null);
        var (hidden, rotation) = Embed(tokens, positions);
        for (var layer = 0; layer < _blocks.Length; layer++)
        {
            observe?.Invoke(hidden.alias().MoveToOuterDisposeScope());
            var block = _blocks[layer];
            hidden = RecomputesActivations && is_grad_enabled()
                ? RecomputedLayer.Apply(block, hidden, rotation, mask)
                : block.Forward(hidden, rotation, mask);
        }

        return _finalNorm.Apply(hidden).MoveToOuterDisposeScope();
    }

    // [P, H]: the last token of every prompt, after the final norm. The last layer goes on with those alone.
    private Tensor Read(PackedPrompts prompts, int before, Func<int, Func<Tensor, Tensor, (Tensor Keys, Tensor Values)>> keep)
    {
        using var scope = NewDisposeScope();
        var mask = before > 0 || Config.SlidingWindow < prompts.Longest ? Visible(prompts.Longest, before) : null;
        var (hidden, rotation) = Embed(prompts.Tokens, prompts.Positions);
        for (var layer = 0; layer < _blocks.Length; layer++)
            hidden = _blocks[layer].Read(hidden, rotation, mask, keep(layer), prompts, layer == _blocks.Length - 1);
        return _finalNorm.Apply(hidden).squeeze(0).MoveToOuterDisposeScope();
    }

    private (Tensor Hidden, Rotation? Rotation) Embed(Tensor tokens, Tensor? positions)
    {
        var (hidden, length) = (JitOps.Embedding(_embedding, tokens), tokens.shape[1]);
        return _positions is null ? (hidden, _rotary.Value.At(positions, length))
            : (hidden.Plus(positions is null ? _positions.narrow(0, 0, length) : JitOps.Embedding(_positions, positions)), null);
    }

    // [length, before + length]: every token sees itself and what stands before it, as far as the window reaches.
    private Tensor Visible(long length, long before)
    {
        var causal = ones(length, before + length, ScalarType.Bool, Device).tril(before);
        return Config.SlidingWindow is { } window ? causal.logical_and(causal.triu(before + 1 - window)) : causal;
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
