namespace Llamax.Models.Causal;

/// <summary>
/// The keys of a family's config.json, and what transformers takes where one is absent. A null key = the family has no such choice.
/// LLaMA's keys, unless told otherwise.
/// </summary>
internal sealed record CausalConfigNames
{
    public string HiddenSize { get; init; } = "hidden_size";

    public string IntermediateSize { get; init; } = "intermediate_size";

    /// <summary>Absent = 4 · hidden size.</summary>
    public bool IntermediateIsOptional { get; init; }

    public string Layers { get; init; } = "num_hidden_layers";

    public string Heads { get; init; } = "num_attention_heads";

    public string? KeyValueHeads { get; init; } = "num_key_value_heads";

    /// <summary>Absent = as many as heads.</summary>
    public bool KeyValueHeadsAreOptional { get; init; }

    public string? HeadSize { get; init; } = "head_dim";

    public string MaxPositions { get; init; } = "max_position_embeddings";

    /// <summary>Null = the key must be there.</summary>
    public int? DefaultMaxPositions { get; init; }

    public string NormEpsilon { get; init; } = "rms_norm_eps";

    public double DefaultNormEpsilon { get; init; } = 1e-6;

    public string Activation { get; init; } = "hidden_act";

    public string DefaultActivation { get; init; } = "silu";

    public string? LogitScale { get; init; }

    public double DefaultLogitScale { get; init; } = 1;

    public bool IsTiedByDefault { get; init; }
}
