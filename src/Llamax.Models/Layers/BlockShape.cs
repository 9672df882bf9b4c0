using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>The shape of one layer of an encoder or of a cross-attending decoder: which tensors it has, and what they make.</summary>
internal sealed record BlockShape
{
    public required BlockNames Names { get; init; }

    public required int HiddenSize { get; init; }

    public required int Heads { get; init; }

    public required int HeadSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required bool IsGated { get; init; }

    /// <summary>Of every projection.</summary>
    public required bool HasBias { get; init; }

    public required NormKind Norm { get; init; }

    public required bool NormBias { get; init; }

    public required double NormEpsilon { get; init; }

    public required string Activation { get; init; }

    /// <summary>Factor of the attention scores.</summary>
    public required double Scale { get; init; }

    /// <summary>The tensors by their names inside the layer.</summary>
    public IEnumerable<TensorShape> Tensors()
    {
        long inner = (long)Heads * HeadSize;
        var tensors = Attention(Names.SelfAttention, inner).Concat(NormTensors(Names.SelfNorm, HiddenSize));
        if (Names is { CrossAttention: { } cross, CrossNorm: { } crossNorm })
            tensors = tensors.Concat(Attention(cross, inner)).Concat(NormTensors(crossNorm, HiddenSize));
        if (IsGated)
            tensors = tensors.Concat(ProjectionTensors(Names.Gated!.Value.Gate, HiddenSize, IntermediateSize));
        return tensors
            .Concat(ProjectionTensors(IsGated ? Names.Gated!.Value.Up : Names.Up, HiddenSize, IntermediateSize))
            .Concat(ProjectionTensors(Names.Down, IntermediateSize, HiddenSize))
            .Concat(NormTensors(Names.MlpNorm, HiddenSize));
    }

    /// <summary>A norm's tensors.</summary>
    public IEnumerable<TensorShape> NormTensors(string name, long size) =>
        NormBias ? [new($"{name}.weight", size), new($"{name}.bias", size)] : [new($"{name}.weight", size)];

    /// <param name="weight">A tensor by its name inside the layer; null where the model has none. As in the methods that follow.</param>
    public MultiHeadAttention SelfAttention(Func<string, Tensor?> weight) => Attention(Names.SelfAttention, weight);

    public MultiHeadAttention CrossAttention(Func<string, Tensor?> weight) => Attention(Names.CrossAttention!, weight);

    public Norm NormOf(string name, Func<string, Tensor?> weight) =>
        new(Norm, weight($"{name}.weight")!, weight($"{name}.bias"), NormEpsilon);

    public FeedForward FeedForward(Func<string, Tensor?> weight) => new(
        Project(IsGated ? Names.Gated!.Value.Up : Names.Up, weight),
        IsGated ? Project(Names.Gated!.Value.Gate, weight) : null,
        Project(Names.Down, weight),
        Activation);

    private IEnumerable<TensorShape> Attention(string name, long inner) =>
    [
        .. ProjectionTensors($"{name}.{Names.Query}", HiddenSize, inner),
        .. ProjectionTensors($"{name}.{Names.Key}", HiddenSize, inner),
        .. ProjectionTensors($"{name}.{Names.Value}", HiddenSize, inner),
        .. ProjectionTensors($"{name}.{Names.Output}", inner, HiddenSize),
    ];

    private IEnumerable<TensorShape> ProjectionTensors(string name, long input, long output) =>
        HasBias ? [new($"{name}.weight", output, input), new($"{name}.bias", output)] : [new($"{name}.weight", output, input)];

    private MultiHeadAttention Attention(string name, Func<string, Tensor?> weight) => new(
        Project($"{name}.{Names.Query}", weight),
        Project($"{name}.{Names.Key}", weight),
        Project($"{name}.{Names.Value}", weight),
        Project($"{name}.{Names.Output}", weight),
        HeadSize,
        Scale);

    private static Projection Project(string name, Func<string, Tensor?> weight) => new(weight($"{name}.weight")!, weight($"{name}.bias"));
}
