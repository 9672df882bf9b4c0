using Llamax.Models.Layers;

namespace Llamax.Models.EncoderDecoder;

/// <summary>Hugging Face's names of the tensors of an encoder-decoder, without their ending <c>.weight</c> or <c>.bias</c>.</summary>
internal sealed record EncoderDecoderTensorNames
{
    public required string Embedding { get; init; }

    public string Head { get; init; } = "lm_head";

    public required BlockNames Encoder { get; init; }

    public required string EncoderNorm { get; init; }

    public required BlockNames Decoder { get; init; }

    public required string DecoderNorm { get; init; }

    /// <summary>Inside the first layer of encoder and decoder; null = positions are not learnt.</summary>
    public string? RelativeBias { get; init; }

    /// <summary>Other names of the embedding in files.</summary>
    public required IReadOnlyList<string> EmbeddingAliases { get; init; }

    public required CheckpointNames Stored { get; init; }

    /// <summary>
    /// M2M-100 and NLLB. fairseq's own files (M2M-100 as first published, and Lego-MT's) have the same names without <c>model.</c>.
    /// </summary>
    public static EncoderDecoderTensorNames M2M100 { get; } = new()
    {
        Embedding = "model.shared",
        Encoder = new() { Layer = "model.encoder.layers.{0}." },
        EncoderNorm = "model.encoder.layer_norm",
        Decoder = new() { Layer = "model.decoder.layers.{0}.", CrossAttention = "encoder_attn", CrossNorm = "encoder_attn_layer_norm" },
        DecoderNorm = "model.decoder.layer_norm",
        EmbeddingAliases = ["model.encoder.embed_tokens", "model.decoder.embed_tokens", "model.decoder.output_projection"],
        Stored = new()
        {
            BodyPrefix = "model.",
            IsDerived = name => name.EndsWith(".embed_positions.weights", StringComparison.Ordinal)
                || name.EndsWith(".embed_positions._float_tensor", StringComparison.Ordinal)
                || name is "encoder.version" or "decoder.version",
        },
    };

    /// <summary>T5, mT5 and what was made of them.</summary>
    public static EncoderDecoderTensorNames T5 { get; } = new()
    {
        Embedding = "shared",
        Encoder = T5Block("encoder") with
        {
            MlpNorm = "layer.1.layer_norm",
            Up = "layer.1.DenseReluDense.wi",
            Down = "layer.1.DenseReluDense.wo",
            Gated = ("layer.1.DenseReluDense.wi_0", "layer.1.DenseReluDense.wi_1"),
        },
        EncoderNorm = "encoder.final_layer_norm",
        Decoder = T5Block("decoder") with
        {
            CrossAttention = "layer.1.EncDecAttention",
            CrossNorm = "layer.1.layer_norm",
            MlpNorm = "layer.2.layer_norm",
            Up = "layer.2.DenseReluDense.wi",
            Down = "layer.2.DenseReluDense.wo",
            Gated = ("layer.2.DenseReluDense.wi_0", "layer.2.DenseReluDense.wi_1"),
        },
        DecoderNorm = "decoder.final_layer_norm",
        RelativeBias = "layer.0.SelfAttention.relative_attention_bias",
        EmbeddingAliases = ["encoder.embed_tokens", "decoder.embed_tokens"],
        // The first T5 files have a bias there that no code ever read.
        Stored = new() { IsDerived = name => name == "decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight" },
    };

    private static BlockNames T5Block(string side) => new()
    {
        Layer = side + ".block.{0}.",
        SelfAttention = "layer.0.SelfAttention",
        SelfNorm = "layer.0.layer_norm",
        Query = "q",
        Key = "k",
        Value = "v",
        Output = "o",
    };
}
