using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

// B batch, Q queries, S keys, H hidden, N heads, D head size

/// <summary>Attention with its four projections, of a text to itself or to another.</summary>
/// <param name="query">Of what looks.</param>
/// <param name="key">Of what is looked at.</param>
/// <param name="value">As <paramref name="key"/>.</param>
/// <param name="output">Back to H.</param>
/// <param name="headSize">D.</param>
/// <param name="scale">Factor of the scores: 1/√D, or 1 in T5, whose weights hold it.</param>
internal sealed class MultiHeadAttention(
    Projection query, Projection key, Projection value, Projection output, int headSize, double scale)
{
    public double Scale => scale;

    /// <summary>Attention to <paramref name="memory"/>.</summary>
    /// <param name="hidden">[B, Q, H].</param>
    /// <param name="memory">[B, S, H]; the same tensor for self-attention.</param>
    /// <param name="bias">Added to the scores, broadcast to [B, N, Q, S]; −∞ hides.</param>
    /// <returns>[B, Q, H].</returns>
    public Tensor Apply(Tensor hidden, Tensor memory, Tensor bias)
    {
        using var scope = NewDisposeScope();
        var (keys, values) = KeysAndValues(memory);
        var mixed = JitOps.BiasedAttention(
            Queries(hidden).transpose(1, 2), keys.transpose(1, 2), values.transpose(1, 2), bias, scale);
        return Output(mixed.transpose(1, 2)).MoveToOuterDisposeScope();
    }

    /// <summary>[B, Q, H] → [B, Q, N, D].</summary>
    public Tensor Queries(Tensor hidden) => Heads(query.Apply(hidden));

    /// <summary>[B, S, H] → twice [B, S, N, D].</summary>
    public (Tensor Keys, Tensor Values) KeysAndValues(Tensor memory) => (Heads(key.Apply(memory)), Heads(value.Apply(memory)));

    /// <summary>[B, Q, N, D] → [B, Q, H].</summary>
    public Tensor Output(Tensor mixed) => output.Apply(mixed.flatten(2));

    private Tensor Heads(Tensor projected) => projected.view(projected.shape[0], projected.shape[1], -1, headSize);
}
