using Llamax.Models.Causal;

namespace Llamax.Training.Loop;

/// <summary>
/// Something measured on the model while it trains. Rooms above fill it in: a BLEU probe needs decoding and metrics, which this
/// room does not know.
/// </summary>
public interface IValidationProbe
{
    /// <summary>Names the values in the log, for example <c>dev</c>.</summary>
    string Name { get; }

    /// <summary>Measures the model without changing it; equal models give equal values.</summary>
    /// <param name="model">In training, between two steps.</param>
    /// <param name="step">Optimiser steps taken.</param>
    /// <param name="cancellation">Ends a long measurement early by <see cref="OperationCanceledException"/>.</param>
    /// <returns>Values by name, for example <c>loss</c>.</returns>
    IReadOnlyDictionary<string, double> Measure(CausalModel model, int step, CancellationToken cancellation);
}
