using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>How a norm measures the size of a vector.</summary>
internal enum NormKind
{
    /// <summary>x / √(mean(x²) + ε) · weight (Zhang and Sennrich 2019).</summary>
    RootMeanSquare,

    /// <summary>(x − mean) / √(variance + ε) · weight + bias (Ba et al. 2016); some families have no bias.</summary>
    Layer,
}

/// <summary>One norm over the last dimension.</summary>
/// <param name="kind">The formula.</param>
/// <param name="weight">[H].</param>
/// <param name="bias">[H]; null = none.</param>
/// <param name="epsilon">ε.</param>
internal sealed class Norm(NormKind kind, Tensor weight, Tensor? bias, double epsilon)
{
    public Tensor Apply(Tensor x) => kind == NormKind.RootMeanSquare
        ? JitOps.RmsNorm(x, weight, epsilon)
        : nn.functional.layer_norm(x, weight.shape, weight, bias, epsilon);
}
