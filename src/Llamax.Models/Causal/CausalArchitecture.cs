namespace Llamax.Models.Causal;

/// <summary>
/// What one family of decoders has that another has not, as a row of a table (design, principle 2). The tensor names are those
/// of Hugging Face; a family with other names brings another table.
/// </summary>
internal sealed record CausalArchitecture
{
    /// <summary>The entry of <c>architectures</c> in config.json.</summary>
    public required string Name { get; init; }

    public required string ModelType { get; init; }

    /// <summary>Whether query, key and value have a bias: null = <c>attention_bias</c> says so, for the output projection too.</summary>
    public bool? QueryKeyValueBias { get; init; }

    /// <summary>Window where config.json has no <c>sliding_window</c>; null = attention over everything before.</summary>
    public int? DefaultWindow { get; init; }

    /// <summary>Whether the window holds only with <c>use_sliding_window</c>.</summary>
    public bool WindowIsOptIn { get; init; }

    /// <summary>Whether the family reads <c>sliding_window</c> at all.</summary>
    public bool HasWindow { get; init; }

    public static IReadOnlyList<CausalArchitecture> All { get; } =
    [
        new() { Name = "LlamaForCausalLM", ModelType = "llama" },
        new() { Name = "MistralForCausalLM", ModelType = "mistral", QueryKeyValueBias = false, HasWindow = true, DefaultWindow = 4096 },
        new()
        {
            Name = "Qwen2ForCausalLM",
            ModelType = "qwen2",
            QueryKeyValueBias = true,
            HasWindow = true,
            DefaultWindow = 4096,
            WindowIsOptIn = true,
        },
    ];
}

/// <summary>Hugging Face's names of the tensors of a LLaMA-like decoder.</summary>
internal static class CausalTensorNames
{
    public const string Embedding = "model.embed_tokens.weight";
    public const string FinalNorm = "model.norm.weight";
    public const string Head = "lm_head.weight";
    public const string AttentionNorm = "input_layernorm.weight";
    public const string MlpNorm = "post_attention_layernorm.weight";
    public const string Query = "self_attn.q_proj.weight";
    public const string Key = "self_attn.k_proj.weight";
    public const string Value = "self_attn.v_proj.weight";
    public const string QueryBias = "self_attn.q_proj.bias";
    public const string KeyBias = "self_attn.k_proj.bias";
    public const string ValueBias = "self_attn.v_proj.bias";
    public const string AttentionOutput = "self_attn.o_proj.weight";
    public const string AttentionOutputBias = "self_attn.o_proj.bias";
    public const string Gate = "mlp.gate_proj.weight";
    public const string Up = "mlp.up_proj.weight";
    public const string Down = "mlp.down_proj.weight";

    public static string InLayer(int layer, string name) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"model.layers.{layer}.{name}");

    /// <summary>Old checkpoints carry what is computed from the config: nothing to learn, nothing to load.</summary>
    public static bool IsDerived(string name) => name.EndsWith(".rotary_emb.inv_freq", StringComparison.Ordinal);
}
