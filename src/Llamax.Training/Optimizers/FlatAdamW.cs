using Llamax.Models.Causal;
using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Training.Optimizers;

/// <summary>
/// AdamW over one flat buffer (design, principle 1): parameters, gradients and both moments are one tensor each, so clipping is
/// one norm and a step is two fused calls, one for what decays and one for what does not. A model that is not in fp32 gets an
/// fp32 master copy and an fp32 gradient, so that small updates and sums over micro-batches are not rounded away.
/// </summary>
internal sealed class FlatAdamW : IDisposable
{
    private readonly AdamWOptions _options;
    private readonly Tensor _parameters;
    private readonly Tensor _gradient;
    private readonly Tensor _steps;
    private readonly long _decayedLength;

    /// <summary>Ties the gradient of every parameter of <paramref name="model"/> to the flat gradient; moments start at zero.</summary>
    public FlatAdamW(CausalModel model, AdamWOptions options)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        _options = options;
        _parameters = model.FlatParameters.alias().DetachFromDisposeScope();
        _decayedLength = options.DecayAllParameters ? _parameters.shape[0] : model.DecayedLength;
        ModelGradient = new FlatGradient(model);
        _gradient = IsFullPrecision ? ModelGradient.Values : Float32Zeros();
        Master = IsFullPrecision ? null : _parameters.to(ScalarType.Float32).DetachFromDisposeScope();
        FirstMoment = Float32Zeros();
        SecondMoment = Float32Zeros();
        _steps = zeros([], ScalarType.Float32, _parameters.device).DetachFromDisposeScope();
    }

    /// <summary>[n] fp32: running mean of the gradient.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>[n] fp32: running mean of the squared gradient.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>[n] fp32 weights behind a model of lower precision; null where the model itself is fp32.</summary>
    public Tensor? Master { get; }

    /// <summary>Where a backward pass through the model leaves its gradient; <see cref="Collect"/> takes it from there.</summary>
    public FlatGradient ModelGradient { get; }

    private bool IsFullPrecision => _parameters.dtype == ScalarType.Float32;

    /// <summary>Sets the number of optimiser steps taken before, when moments come from a checkpoint.</summary>
    public void ContinueFrom(long stepsTaken) => _steps.fill_(stepsTaken);

    /// <summary>Adds what a backward pass left in a model to the gradient of the step, and clears it there.</summary>
    /// <param name="left">Of the model itself, or of an alias that ran beside it; call after every micro-batch.</param>
    public void Collect(FlatGradient left)
    {
        // In fp32 the model's own backward passes have added to the gradient of the step already.
        if (ReferenceEquals(left.Values, _gradient))
            return;
        _gradient.add_(left.Values);
        left.Values.zero_();
    }

    /// <summary>Norm of the collected gradient over all parameters.</summary>
    public double GradientNorm()
    {
        using var norm = _gradient.norm();
        return norm.item<float>();
    }

    /// <summary>Clips by g · min(1, clip / (norm + 1e-6)), moves the parameters, and clears the gradient for the next step.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="norm"><see cref="GradientNorm"/>.</param>
    public void Step(double learningRate, double norm)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        if (_options.ClipNorm > 0 && _options.ClipNorm < norm + 1e-6)
            _gradient.mul_((float)(_options.ClipNorm / (norm + 1e-6)));
        _steps.add_(1);
        var values = Master ?? _parameters;
        Update(values, 0, _decayedLength, learningRate, _options.WeightDecay);
        Update(values, _decayedLength, _parameters.shape[0] - _decayedLength, learningRate, 0);
        if (Master is not null)
            _parameters.copy_(Master);
        Forget();
    }

    /// <summary>Clears the collected gradient.</summary>
    public void Forget() => _gradient.zero_();

    public void Dispose()
    {
        if (!IsFullPrecision)
            _gradient.Dispose();
        ModelGradient.Dispose();
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        Master?.Dispose();
        _steps.Dispose();
        _parameters.Dispose();
    }

    private void Update(Tensor values, long start, long length, double learningRate, double decay)
    {
        if (length == 0)
            return;
        Tensor[] Part(Tensor flat) => [flat.narrow(0, start, length)];
        JitOps.FusedAdamW(
            Part(values), Part(_gradient), Part(FirstMoment), Part(SecondMoment), [_steps],
            learningRate, _options.Beta1, _options.Beta2, decay, _options.Epsilon);
    }

    private Tensor Float32Zeros() => zeros([_parameters.shape[0]], ScalarType.Float32, _parameters.device).DetachFromDisposeScope();
}
