using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

/// <summary>Matrices that share an input, as query, key and value do: y = x · Wᵀ + b of each, in one product where that is possible.</summary>
internal abstract class Projection : IDisposable
{
    /// <summary>One result per matrix; they may be views into one tensor.</summary>
    /// <param name="x">[.., inputs].</param>
    /// <returns>[.., outputs] of every matrix.</returns>
    public abstract Tensor[] Apply(Tensor x);

    /// <summary>Gives back what this owns beside the model's parameters.</summary>
    public abstract void Dispose();

    /// <summary>x · Wᵀ + b by whatever computes it fastest here.</summary>
    public static Tensor Linear(Tensor x, Tensor weight, Tensor? bias) => RowProducts.Handles(x, weight)
        ? RowProducts.Apply(x, weight, bias)
        : nn.functional.linear(x, weight, bias);

    /// <summary>Cuts a joined result into its parts.</summary>
    protected static Tensor[] Cut(Tensor joined, ReadOnlySpan<long> sizes)
    {
        if (sizes.Length == 1)
            return [joined];
        var parts = new Tensor[sizes.Length];
        for (var (i, start) = (0, 0L); i < parts.Length; start += sizes[i++])
            parts[i] = joined.narrow(-1, start, sizes[i]);
        return parts;
    }
}

/// <summary>Weights in the model's own type.</summary>
internal sealed class DenseProjection : Projection
{
    private readonly Tensor[] _weights;
    private readonly Tensor?[] _biases;
    private readonly Tensor? _joinedWeight;
    private readonly Tensor? _joinedBias;
    private readonly long[] _sizes;

    /// <param name="weights">[outputs, inputs] each.</param>
    /// <param name="biases">[outputs] each, or null.</param>
    /// <param name="joinedWeight">The matrices one below the other, where they lie so in memory; null = they do not.</param>
    /// <param name="joinedBias">The biases likewise.</param>
    public DenseProjection(Tensor[] weights, Tensor?[] biases, Tensor? joinedWeight, Tensor? joinedBias)
    {
        (_weights, _biases, _joinedWeight, _joinedBias) = (weights, biases, joinedWeight, joinedBias);
        _sizes = [.. weights.Select(weight => weight.shape[0])];
    }

    public override Tensor[] Apply(Tensor x)
    {
        // Gradients go to each matrix; the joined view has none.
        if (is_grad_enabled() || _joinedWeight is null)
            return [.. _weights.Select((weight, i) => Linear(x, weight, _biases[i]))];
        return Cut(Linear(x, _joinedWeight, _joinedBias), _sizes);
    }
    public override void Dispose()
    {
        _joinedWeight?.Dispose();
        _joinedBias?.Dispose();
    }
}
