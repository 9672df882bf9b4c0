using System.Globalization;
using Llamax.Models.Layers;

namespace Llamax.Models.Causal;

/// <summary>
/// Hugging Face's names of the tensors of a decoder, without their ending <c>.weight</c> or <c>.bias</c>. What a family does not have
/// is null, and so the table also tells the shape of its layers. The names of LLaMA, unless told otherwise.
/// </summary>
internal sealed record CausalTensorNames
{
    public string Embedding { get; init; } = "model.embed_tokens";

    /// <summary>Learnt positions; null = rotary ones.</summary>
    public string? Positions { get; init; }

    public string FinalNorm { get; init; } = "model.norm";

    public string Head { get; init; } = "lm_head";

    /// <summary>Begins the names inside a layer; {0} is its number.</summary>
    public string Layer { get; init; } = "model.layers.{0}.";

    public string AttentionNorm { get; init; } = "input_layernorm";

    /// <summary>Null = attention and feed-forward layer stand side by side behind one norm (Cohere).</summary>
    public string? MlpNorm { get; init; } = "post_attention_layernorm";

    /// <summary>Query, key and value, or one tensor with all three behind one another.</summary>
    public IReadOnlyList<string> QueryKeyValue { get; init; } = ["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"];

    public string AttentionOutput { get; init; } = "self_attn.o_proj";

    /// <summary>Null = not gated.</summary>
    public string? Gate { get; init; } = "mlp.gate_proj";

    public string Up { get; init; } = "mlp.up_proj";

    public string Down { get; init; } = "mlp.down_proj";

    /// <summary>What files may hold besides.</summary>
    public CheckpointNames Stored { get; init; } = new()
    {
        BodyPrefix = "model.",
        IsDerived = name => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal),
    };

    public string InLayer(int layer, string name) => string.Format(CultureInfo.InvariantCulture, Layer, layer) + name;

    /// <summary>Whether a weight writes into the residual stream.</summary>
    public bool IsResidual(string weight) => weight.EndsWith($".{AttentionOutput}.weight", StringComparison.Ordinal)
        || weight.EndsWith($".{Down}.weight", StringComparison.Ordinal);
}
