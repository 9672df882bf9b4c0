using System.Globalization;

namespace Llamax.Models.Layers;

/// <summary>
/// Hugging Face's names of the tensors of an encoder's or a cross-attending decoder's layer, without <c>.weight</c> or <c>.bias</c>.
/// The names of M2M-100, unless told otherwise.
/// </summary>
internal sealed record BlockNames
{
    /// <summary>Begins the names inside a layer; {0} is its number.</summary>
    public required string Layer { get; init; }

    public string SelfAttention { get; init; } = "self_attn";

    public string SelfNorm { get; init; } = "self_attn_layer_norm";

    /// <summary>Null = an encoder.</summary>
    public string? CrossAttention { get; init; }

    public string? CrossNorm { get; init; }

    /// <summary>Inside an attention, as are the next three.</summary>
    public string Query { get; init; } = "q_proj";

    public string Key { get; init; } = "k_proj";

    public string Value { get; init; } = "v_proj";

    public string Output { get; init; } = "out_proj";

    public string MlpNorm { get; init; } = "final_layer_norm";

    public string Up { get; init; } = "fc1";

    public string Down { get; init; } = "fc2";

    /// <summary>Where the feed-forward network is gated: its gate, and U in place of <see cref="Up"/>.</summary>
    public (string Gate, string Up)? Gated { get; init; }

    public string InLayer(int layer, string name) => string.Format(CultureInfo.InvariantCulture, Layer, layer) + name;

    /// <summary>Whether a weight writes into the residual stream.</summary>
    public bool IsResidual(string weight) => weight.EndsWith($".{Output}.weight", StringComparison.Ordinal)
        || weight.EndsWith($".{Down}.weight", StringComparison.Ordinal);
}
