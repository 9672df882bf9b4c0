using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>The position-wise network of a layer: f(x U) D, or gated f(x G) · (x U) D (Shazeer 2020).</summary>
/// <param name="up">U, into the wide layer.</param>
/// <param name="gate">G; null = not gated.</param>
/// <param name="down">D, back.</param>
/// <param name="activation">f, by its name.</param>
internal sealed class FeedForward(Projection up, Projection? gate, Projection down, string activation)
{
    private readonly Func<Tensor, Tensor> _activation = Activations.Find(activation);
    private readonly bool _isSwiGlu = gate is not null && activation is "silu" or "swish";

    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        var wide = gate is null ? _activation(up.Apply(x))
            : _isSwiGlu ? RowOps.SwiGlu(gate.Apply(x), up.Apply(x))
            : _activation(gate.Apply(x)) * up.Apply(x);
        return down.Apply(wide).MoveToOuterDisposeScope();
    }
}
