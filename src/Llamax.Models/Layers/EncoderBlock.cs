using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>One layer of an encoder.</summary>
/// <param name="attention">Of the text to itself.</param>
/// <param name="attentionNorm">Before it, or behind its sum.</param>
/// <param name="mlp">The feed-forward network.</param>
/// <param name="mlpNorm">Before it, or behind its sum.</param>
/// <param name="normsFirst">Norms stand before the parts (Xiong et al. 2020); false = behind the sums, as in the first Transformer.</param>
internal sealed class EncoderBlock(
    MultiHeadAttention attention, Norm attentionNorm, FeedForward mlp, Norm mlpNorm, bool normsFirst)
{
    /// <param name="hidden">[B, S, H].</param>
    /// <param name="bias">Added to the scores, broadcast to [B, N, S, S]; −∞ hides.</param>
    /// <returns>[B, S, H].</returns>
    public Tensor Forward(Tensor hidden, Tensor bias)
    {
        using var scope = NewDisposeScope();
        if (!normsFirst)
        {
            var mixed = attentionNorm.Apply(hidden.Plus(attention.Apply(hidden, hidden, bias)));
            return mlpNorm.Apply(mixed.Plus(mlp.Apply(mixed))).MoveToOuterDisposeScope();
        }

        var normed = attentionNorm.Apply(hidden);
        var attended = hidden.Plus(attention.Apply(normed, normed, bias));
        return attended.Plus(mlp.Apply(mlpNorm.Apply(attended))).MoveToOuterDisposeScope();
    }
}
