using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>x → x Wᵀ + b.</summary>
/// <param name="weight">[output, input].</param>
/// <param name="bias">[output]; null = none.</param>
/// <param name="isTransposed">The weight is stored [input, output], as GPT-2's are.</param>
internal sealed class Projection(Tensor weight, Tensor? bias, bool isTransposed = false)
{
    /// <param name="x">[.., input].</param>
    /// <returns>[.., output].</returns>
    public Tensor Apply(Tensor x) => Linear(x, isTransposed ? weight.t() : weight, bias);

    /// <summary>x Wᵀ + b by whatever computes it fastest here.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => RowProducts.Handles(x, weight)
        ? RowProducts.Apply(x, weight, bias)
        : nn.functional.linear(x, weight, bias);
}
