using Llamax.Models.Layers;

namespace Llamax.Models.Encoders;

/// <summary>Hugging Face's names of the tensors of XLM-RoBERTa, without their ending <c>.weight</c> or <c>.bias</c>.</summary>
internal static class EncoderTensorNames
{
    public const string Words = "embeddings.word_embeddings";
    public const string Positions = "embeddings.position_embeddings";
    public const string Types = "embeddings.token_type_embeddings";
    public const string EmbeddingNorm = "embeddings.LayerNorm";

    public static BlockNames Block { get; } = new()
    {
        Layer = "encoder.layer.{0}.",
        SelfAttention = "attention",
        SelfNorm = "attention.output.LayerNorm",
        Query = "self.query",
        Key = "self.key",
        Value = "self.value",
        Output = "output.dense",
        Up = "intermediate.dense",
        Down = "output.dense",
        MlpNorm = "output.LayerNorm",
    };

    /// <summary>How files may name them.</summary>
    /// <param name="prefix">Before every name: nothing, <c>roberta.</c> in models with a head, <c>encoder.model.</c> in COMET's.</param>
    public static CheckpointNames Stored(string prefix) => new()
    {
        AddedPrefix = prefix,
        IsDerived = name => !name.StartsWith(prefix, StringComparison.Ordinal)
            || name.StartsWith(prefix + "pooler.", StringComparison.Ordinal)
            || name.StartsWith(prefix + "lm_head.", StringComparison.Ordinal)
            || name == prefix + "embeddings.position_ids",
    };
}
