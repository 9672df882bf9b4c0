using Llamax.Models.Layers;

namespace Llamax.Models.Causal;

/// <summary>Which projections of a family have a bias.</summary>
internal enum ProjectionBias
{
    None,
    QueryKeyValue,

    /// <summary><c>attention_bias</c> of config.json says whether the four of attention have one.</summary>
    AttentionAsConfigured,
    Everywhere,
}

/// <summary>How a family tells positions apart.</summary>
internal enum PositionKind
{
    /// <summary>Rotary (Su et al. 2021): element i turns with element i + headSize / 2.</summary>
    RotaryHalves,

    /// <summary>Rotary: element 2i turns with element 2i + 1.</summary>
    RotaryPairs,

    /// <summary>A learnt vector per position, added to the embedding.</summary>
    Learnt,
}

/// <summary>
/// What one family of decoders has that another has not, as a row of a table (design, principle 2): the shape of its layers, the
/// names of its tensors, and the keys of its config.json.
/// </summary>
internal sealed record CausalArchitecture
{
    /// <summary>The entry of <c>architectures</c> in config.json.</summary>
    public required string Name { get; init; }

    public required string ModelType { get; init; }

    public CausalTensorNames Tensors { get; init; } = new();

    public CausalConfigNames Keys { get; init; } = new();

    public NormKind Norm { get; init; } = NormKind.RootMeanSquare;

    public bool NormBias { get; init; }

    public PositionKind Positions { get; init; }

    public ProjectionBias Bias { get; init; }

    /// <summary>Projections are stored [input, output].</summary>
    public bool IsTransposed { get; init; }

    /// <summary>Window where config.json has no <c>sliding_window</c>; null = attention over everything before.</summary>
    public int? DefaultWindow { get; init; }

    /// <summary>Whether the window holds only with <c>use_sliding_window</c>.</summary>
    public bool WindowIsOptIn { get; init; }

    /// <summary>Whether the family reads <c>sliding_window</c> at all.</summary>
    public bool HasWindow { get; init; }

    /// <summary>The published models are listed in docs/models.md.</summary>
    public static IReadOnlyList<CausalArchitecture> All { get; } =
    [
        new()
        {
            Name = "LlamaForCausalLM",
            ModelType = "llama",
            Bias = ProjectionBias.AttentionAsConfigured,
            Keys = new() { DefaultMaxPositions = 2048, KeyValueHeadsAreOptional = true },
        },
        new() { Name = "MistralForCausalLM", ModelType = "mistral", HasWindow = true, DefaultWindow = 4096 },
        new()
        {
            Name = "Qwen2ForCausalLM",
            ModelType = "qwen2",
            Bias = ProjectionBias.QueryKeyValue,
            HasWindow = true,
            DefaultWindow = 4096,
            WindowIsOptIn = true,
        },
        new()
        {
            Name = "CohereForCausalLM",
            ModelType = "cohere",
            Norm = NormKind.Layer,
            Positions = PositionKind.RotaryPairs,
            Bias = ProjectionBias.AttentionAsConfigured,
            Tensors = new() { MlpNorm = null },
            Keys = new()
            {
                NormEpsilon = "layer_norm_eps",
                DefaultNormEpsilon = 1e-5,
                LogitScale = "logit_scale",
                DefaultLogitScale = 0.0625,
                DefaultMaxPositions = 8192,
                KeyValueHeadsAreOptional = true,
                IsTiedByDefault = true,
            },
        },
        new()
        {
            Name = "GPT2LMHeadModel",
            ModelType = "gpt2",
            Norm = NormKind.Layer,
            NormBias = true,
            Positions = PositionKind.Learnt,
            Bias = ProjectionBias.Everywhere,
            IsTransposed = true,
            Tensors = new()
            {
                Embedding = "transformer.wte",
                Positions = "transformer.wpe",
                FinalNorm = "transformer.ln_f",
                Layer = "transformer.h.{0}.",
                AttentionNorm = "ln_1",
                MlpNorm = "ln_2",
                QueryKeyValue = ["attn.c_attn"],
                AttentionOutput = "attn.c_proj",
                Gate = null,
                Up = "mlp.c_fc",
                Down = "mlp.c_proj",
                Stored = new()
                {
                    BodyPrefix = "transformer.",
                    IsDerived = name => name.EndsWith(".attn.bias", StringComparison.Ordinal)
                        || name.EndsWith(".attn.masked_bias", StringComparison.Ordinal),
                },
            },
            Keys = new()
            {
                HiddenSize = "n_embd",
                IntermediateSize = "n_inner",
                IntermediateIsOptional = true,
                Layers = "n_layer",
                Heads = "n_head",
                MaxPositions = "n_positions",
                DefaultMaxPositions = 1024,
                NormEpsilon = "layer_norm_epsilon",
                DefaultNormEpsilon = 1e-5,
                Activation = "activation_function",
                DefaultActivation = "gelu_new",
                KeyValueHeads = null,
                HeadSize = null,
                IsTiedByDefault = true,
            },
        },
    ];
}
