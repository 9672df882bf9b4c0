using System.Globalization;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>How a weight lies in GGUF, seen from Hugging Face's layout.</summary>
internal enum GgufLayout
{
    AsIs,

    /// <summary>
    /// Rows of the query projection: Hugging Face turns dimension i with i + headSize/2, GGUF's LLaMA turns neighbours 2i and 2i + 1.
    /// </summary>
    QueryPairs,

    /// <summary>The same for the key projection, which may have fewer heads.</summary>
    KeyPairs,

    /// <summary>GPT-2 stores its projections [input, output] at Hugging Face.</summary>
    Transposed,

    /// <summary>A small table that is kept in float32.</summary>
    Exact,
}

/// <summary>One weight under its two names; <c>{0}</c> stands for the number of the layer.</summary>
internal sealed record GgufName(string HuggingFace, string Gguf, GgufLayout Layout = GgufLayout.AsIs);

/// <summary>A family of models as llama.cpp knows it: a row of a table, as in <see cref="Causal.CausalArchitecture"/>.</summary>
internal sealed record GgufFamily
{
    /// <summary>The entry of <c>architectures</c> in config.json.</summary>
    public required string HuggingFace { get; init; }

    /// <summary><c>general.architecture</c>, which also begins the family's keys.</summary>
    public required string Name { get; init; }

    public required IReadOnlyList<GgufName> Weights { get; init; }

    private static IReadOnlyList<GgufName> Gpt2Weights =>
    [
        new("transformer.wte.weight", "token_embd.weight"),
        new("transformer.wpe.weight", "position_embd.weight", GgufLayout.Exact),
        .. WithBias("transformer.h.{0}.ln_1", "blk.{0}.attn_norm"),
        .. WithBias("transformer.h.{0}.attn.c_attn", "blk.{0}.attn_qkv", GgufLayout.Transposed),
        .. WithBias("transformer.h.{0}.attn.c_proj", "blk.{0}.attn_output", GgufLayout.Transposed),
        .. WithBias("transformer.h.{0}.ln_2", "blk.{0}.ffn_norm"),
        .. WithBias("transformer.h.{0}.mlp.c_fc", "blk.{0}.ffn_up", GgufLayout.Transposed),
        .. WithBias("transformer.h.{0}.mlp.c_proj", "blk.{0}.ffn_down", GgufLayout.Transposed),
        .. WithBias("transformer.ln_f", "output_norm"),
        new("lm_head.weight", "output.weight"),
    ];

    private static IReadOnlyList<GgufName> T5Weights =>
    [
        new("shared.weight", "token_embd.weight"),
        .. T5Side("encoder", "enc", mlp: 1),
        .. T5Side("decoder", "dec", mlp: 2),
        .. T5Attention("decoder.block.{0}.layer.1.EncDecAttention", "dec.blk.{0}.cross_attn"),
        new("decoder.block.{0}.layer.1.layer_norm.weight", "dec.blk.{0}.cross_attn_norm.weight"),
        new("lm_head.weight", "output.weight"),
    ];

    public static IReadOnlyList<GgufFamily> All { get; } =
    [
        new() { HuggingFace = "LlamaForCausalLM", Name = "llama", Weights = LlamaWeights(GgufLayout.QueryPairs, GgufLayout.KeyPairs) },
        new() { HuggingFace = "MistralForCausalLM", Name = "llama", Weights = LlamaWeights(GgufLayout.QueryPairs, GgufLayout.KeyPairs) },
        new() { HuggingFace = "Qwen2ForCausalLM", Name = "qwen2", Weights = LlamaWeights(GgufLayout.AsIs, GgufLayout.AsIs) },
        new() { HuggingFace = "CohereForCausalLM", Name = "command-r", Weights = LlamaWeights(GgufLayout.AsIs, GgufLayout.AsIs) },
        new() { HuggingFace = "GPT2LMHeadModel", Name = "gpt2", Weights = Gpt2Weights },
        new() { HuggingFace = "T5ForConditionalGeneration", Name = "t5", Weights = T5Weights },
        new() { HuggingFace = "MT5ForConditionalGeneration", Name = "t5", Weights = T5Weights },
    ];

    /// <summary>GGUF's name and layout of a weight; null where the family has no place for it.</summary>
    public (string Name, GgufLayout Layout)? ToGguf(string huggingFace) => Find(huggingFace, weight => weight.HuggingFace) is var (found, layer)
        ? (Fill(found.Gguf, layer), found.Layout)
        : null;

    /// <summary>Hugging Face's name of a weight, and its layout in GGUF; null where the family has no such weight.</summary>
    public (string Name, GgufLayout Layout)? FromGguf(string gguf) => Find(gguf, weight => weight.Gguf) is var (found, layer)
        ? (Fill(found.HuggingFace, layer), found.Layout)
        : null;

    /// <summary>A T5 without gates, whose one matrix into the feed-forward layer has in GGUF the name of the gated one's second.</summary>
    public GgufFamily WithoutGates() =>
        this with { Weights = [.. Weights.Where(weight => !weight.HuggingFace.Contains(".wi_", StringComparison.Ordinal))] };

    private (GgufName Weight, string Layer)? Find(string name, Func<GgufName, string> spelling)
    {
        // The first part that is a number is the layer.
        var parts = name.Split('.');
        var at = Array.FindIndex(parts, part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
        var layer = at < 0 ? "" : parts[at];
        if (at >= 0)
            parts[at] = "{0}";
        var pattern = string.Join('.', parts);
        return Weights.FirstOrDefault(weight => spelling(weight) == pattern) is { } found ? (found, layer) : null;
    }

    private static string Fill(string pattern, string layer) => pattern.Replace("{0}", layer, StringComparison.Ordinal);

    private static GgufName[] WithBias(string huggingFace, string gguf, GgufLayout layout = GgufLayout.AsIs) =>
        [new(huggingFace + ".weight", gguf + ".weight", layout), new(huggingFace + ".bias", gguf + ".bias")];

    private static GgufName[] T5Attention(string huggingFace, string gguf) =>
        [.. "qkvo".Select(part => new GgufName($"{huggingFace}.{part}.weight", $"{gguf}_{part}.weight"))];

    private static IEnumerable<GgufName> T5Side(string side, string room, int mlp) =>
    [
        new(side + ".block.{0}.layer.0.layer_norm.weight", room + ".blk.{0}.attn_norm.weight"),
        .. T5Attention(side + ".block.{0}.layer.0.SelfAttention", room + ".blk.{0}.attn"),
        new(side + ".block.{0}.layer.0.SelfAttention.relative_attention_bias.weight", room + ".blk.{0}.attn_rel_b.weight", GgufLayout.Exact),
        new($"{side}.block.{{0}}.layer.{mlp}.layer_norm.weight", room + ".blk.{0}.ffn_norm.weight"),
        new($"{side}.block.{{0}}.layer.{mlp}.DenseReluDense.wi_0.weight", room + ".blk.{0}.ffn_gate.weight"),
        new($"{side}.block.{{0}}.layer.{mlp}.DenseReluDense.wi_1.weight", room + ".blk.{0}.ffn_up.weight"),
        new($"{side}.block.{{0}}.layer.{mlp}.DenseReluDense.wi.weight", room + ".blk.{0}.ffn_up.weight"),
        new($"{side}.block.{{0}}.layer.{mlp}.DenseReluDense.wo.weight", room + ".blk.{0}.ffn_down.weight"),
        new(side + ".final_layer_norm.weight", room + ".output_norm.weight"),
    ];

    private static IReadOnlyList<GgufName> LlamaWeights(GgufLayout query, GgufLayout key)
    {
        const string Layer = "model.layers.{0}.";
        return
        [
            new("model.embed_tokens.weight", "token_embd.weight"),
            new(Layer + "input_layernorm.weight", "blk.{0}.attn_norm.weight"),
            new(Layer + "self_attn.q_proj.weight", "blk.{0}.attn_q.weight", query),
            new(Layer + "self_attn.q_proj.bias", "blk.{0}.attn_q.bias", query),
            new(Layer + "self_attn.k_proj.weight", "blk.{0}.attn_k.weight", key),
            new(Layer + "self_attn.k_proj.bias", "blk.{0}.attn_k.bias", key),
            new(Layer + "self_attn.v_proj.weight", "blk.{0}.attn_v.weight"),
            new(Layer + "self_attn.v_proj.bias", "blk.{0}.attn_v.bias"),
            new(Layer + "self_attn.o_proj.weight", "blk.{0}.attn_output.weight"),
            new(Layer + "self_attn.o_proj.bias", "blk.{0}.attn_output.bias"),
            new(Layer + "post_attention_layernorm.weight", "blk.{0}.ffn_norm.weight"),
            new(Layer + "mlp.gate_proj.weight", "blk.{0}.ffn_gate.weight"),
            new(Layer + "mlp.up_proj.weight", "blk.{0}.ffn_up.weight"),
            new(Layer + "mlp.down_proj.weight", "blk.{0}.ffn_down.weight"),
            new("model.norm.weight", "output_norm.weight"),
            new("lm_head.weight", "output.weight"),
        ];
    }
}
