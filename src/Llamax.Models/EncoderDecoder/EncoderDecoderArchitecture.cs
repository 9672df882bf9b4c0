using Llamax.Models.Layers;

namespace Llamax.Models.EncoderDecoder;

/// <summary>
/// What one family of encoder-decoders has that another has not, as a row of a table (design, principle 2). The published models are
/// listed in docs/models.md.
/// </summary>
internal sealed record EncoderDecoderArchitecture
{
    /// <summary>The entry of <c>architectures</c> in config.json.</summary>
    public required string Name { get; init; }

    public required string ModelType { get; init; }

    public required EncoderDecoderTensorNames Tensors { get; init; }

    public required NormKind Norm { get; init; }

    /// <summary>Projections and norms have biases, and positions are sinusoidal (M2M-100); otherwise neither, and relative (T5).</summary>
    public required bool IsM2M { get; init; }

    public static IReadOnlyList<EncoderDecoderArchitecture> All { get; } =
    [
        new()
        {
            Name = "M2M100ForConditionalGeneration",
            ModelType = "m2m_100",
            Tensors = EncoderDecoderTensorNames.M2M100,
            Norm = NormKind.Layer,
            IsM2M = true,
        },
        new()
        {
            Name = "T5ForConditionalGeneration",
            ModelType = "t5",
            Tensors = EncoderDecoderTensorNames.T5,
            Norm = NormKind.RootMeanSquare,
            IsM2M = false,
        },
        new()
        {
            Name = "MT5ForConditionalGeneration",
            ModelType = "mt5",
            Tensors = EncoderDecoderTensorNames.T5,
            Norm = NormKind.RootMeanSquare,
            IsM2M = false,
        },
    ];
}
