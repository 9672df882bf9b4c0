using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>The position-wise network of a layer: f(x U) D, or gated f(x G) · (x U) D (Shazeer 2020).</summary>
/// <param name="up">U, into the wide layer.</param>
/// <param name="gate">G; null = not gated.</param>
/// <param name="down">D, back.</param>
/// <param name="activation">f.</param>
internal sealed class FeedForward(Projection up, Projection? gate, Projection down, Func<Tensor, Tensor> activation)
{
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = gate is null ? activation(up.Apply(x)) : activation(gate.Apply(x)) * up.Apply(x);
        return down.Apply(wide).MoveToOuterDisposeScope();
    }
}
