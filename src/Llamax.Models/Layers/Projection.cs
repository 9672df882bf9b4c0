using Llamax.Models.Adapters;
using Llamax.Models.Native;
using Llamax.Models.Quantization;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>x → x Wᵀ + b.</summary>
/// <param name="weight">[output, input]; null where <paramref name="rounded"/> stands in its place.</param>
/// <param name="bias">[output]; null = none.</param>
/// <param name="isTransposed">The weight is stored [input, output], as GPT-2's are.</param>
/// <param name="update">What an adapter adds; null = nothing.</param>
/// <param name="rounded">The weight in eight bits.</param>
internal sealed class Projection(
    Tensor? weight, Tensor? bias, bool isTransposed = false, LowRankUpdate? update = null, Int8Matrix? rounded = null)
{
    /// <param name="x">[.., input].</param>
    /// <returns>[.., output].</returns>
    public Tensor Apply(Tensor x)
    {
        var projected = rounded?.Apply(x, bias) ?? Linear(x, isTransposed ? weight!.t() : weight!, bias);
        return update is null ? projected : projected.Plus(update.Apply(x));
    }

    /// <summary>x Wᵀ + b by whatever computes it fastest here.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => RowProducts.Handles(x, weight)
        ? RowProducts.Apply(x, weight, bias)
        : nn.functional.linear(x, weight, bias);
}
