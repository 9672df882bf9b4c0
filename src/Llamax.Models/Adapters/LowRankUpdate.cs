using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Adapters;

/// <summary>x → scale · B A x, beside a projection that stays as it is.</summary>
/// <param name="down">A [r, input].</param>
/// <param name="up">B [output, r].</param>
/// <param name="scale">Its factor.</param>
internal sealed class LowRankUpdate(Tensor down, Tensor up, double scale)
{
    /// <param name="x">[.., input].</param>
    /// <returns>[.., output].</returns>
    public Tensor Apply(Tensor x)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(nn.functional.linear(x, down), up).Times(scale).MoveToOuterDisposeScope();
    }

    /// <summary>[output, input] float32: what is added to the weight.</summary>
    public Tensor Matrix()
    {
        using var scope = NewDisposeScope();
        return matmul(up.to(ScalarType.Float32), down.to(ScalarType.Float32)).Times(scale).MoveToOuterDisposeScope();
    }
}
