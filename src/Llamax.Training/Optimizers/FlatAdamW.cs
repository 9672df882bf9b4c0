using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Training.Collectives;
using static TorchSharp.torch;

namespace Llamax.Training.Optimizers;

/// <summary>
/// AdamW over one flat buffer (design, principle 1): gradient and both moments are one tensor each, so clipping is one norm and a step
/// is two fused calls, one for what decays and one for what does not. A model that is not in fp32 gets an fp32 master copy and an
/// fp32 gradient, so that small updates and sums over micro-batches are not rounded away. With several ranks each holds moments and
/// master weights of its own shard alone (ZeRO, stage 1; Rajbhandari et al. 2020, section 5.1).
/// </summary>
internal sealed class FlatAdamW : IDisposable
{
    private readonly AdamWOptions _options;
    private readonly TrainedSpace _space;
    private readonly ICollective _ranks;
    private readonly TimeSpan? _patience;
    private readonly Shard[] _shards;
    private readonly Tensor _parameters;
    private readonly Tensor _gradient;
    private readonly Tensor _steps;

    /// <summary>Ties the gradient of every trained parameter of <paramref name="model"/> to the flat gradient; moments are zero.</summary>
    /// <param name="model">What is trained.</param>
    /// <param name="options">Decay and clipping.</param>
    /// <param name="space">The trained parameters of the model; null = all.</param>
    /// <param name="ranks">Who shares the work; null = nobody.</param>
    /// <param name="patience">How long another rank may take to come.</param>
    public FlatAdamW(
        CausalModel model, AdamWOptions options, TrainedSpace? space = null, ICollective? ranks = null, TimeSpan? patience = null)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        (_options, _ranks, _patience) = (options, ranks ?? new SoleRank(), patience);
        _space = space ?? new TrainedSpace(model, decayAll: options.DecayAllParameters);
        _shards = Shard.Of(_space.Length, _ranks.Size);
        Own = _shards[_ranks.Rank];
        _parameters = model.TrainableFlat.alias().DetachFromDisposeScope();
        ModelGradient = new FlatGradient(model, _space);
        _gradient = IsFullPrecision ? ModelGradient.Values : Float32Zeros(_space.Length);
        Master = IsFullPrecision ? null : cat([.. OwnParameters()]).to(ScalarType.Float32).DetachFromDisposeScope();
        FirstMoment = Float32Zeros(Own.Length);
        SecondMoment = Float32Zeros(Own.Length);
        _steps = zeros([], ScalarType.Float32, _parameters.device).DetachFromDisposeScope();
    }

    /// <summary>The part of the trained space whose moments this rank holds.</summary>
    public Shard Own { get; }

    /// <summary>Elements of the trained space.</summary>
    public long Length => _space.Length;

    /// <summary>[own] fp32: running mean of the gradient.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>[own] fp32: running mean of the squared gradient.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>[own] fp32 weights behind a model of lower precision; null where the model itself is fp32.</summary>
    public Tensor? Master { get; }

    /// <summary>Where a backward pass through the model leaves its gradient; <see cref="Collect"/> takes it from there.</summary>
    public FlatGradient ModelGradient { get; }

    private bool IsFullPrecision => _parameters.dtype == ScalarType.Float32;

    /// <summary>A gradient buffer for an alias of the model that runs beside it.</summary>
    public FlatGradient GradientFor(CausalModel alias) => new(alias, _space);

    /// <summary>Sets the number of optimiser steps taken before, when moments come from a checkpoint.</summary>
    public void ContinueFrom(long stepsTaken) => _steps.Fill(stepsTaken);

    /// <summary>Adds what a backward pass left in a model to the gradient of the step, and clears it there.</summary>
    /// <param name="left">Of the model itself, or of an alias that ran beside it; call after every micro-batch.</param>
    public void Collect(FlatGradient left)
    {
        // In fp32 the model's own backward passes have added to the gradient of the step already.
        if (ReferenceEquals(left.Values, _gradient))
            return;
        // Piece by piece: a sum of two types first makes a copy in the wider one.
        using var scope = NewDisposeScope();
        const long Piece = 1L << 22;
        for (long start = 0; start < Length; start += Piece)
        {
            var length = Math.Min(Piece, Length - start);
            _gradient.narrow(0, start, length).Grow(left.Values.narrow(0, start, length));
        }

        left.Values.zero_();
    }

    /// <summary>Sums the collected gradients of all ranks, each for its own shard.</summary>
    /// <returns>The norm of the sum over all trained parameters.</returns>
    public double ReduceGradient()
    {
        using var scope = NewDisposeScope();
        _ranks.ReduceScatter([.. _shards.Select(shard => _gradient.narrow(0, shard.Start, shard.Length))], _patience);
        var own = (double)OwnGradient().norm().item<float>();
        return Math.Sqrt(_ranks.Exchange(own * own, _patience).Sum());
    }

    /// <summary>The summed gradient of this rank's shard; a view in the caller's dispose scope.</summary>
    internal Tensor OwnGradient() => _gradient.narrow(0, Own.Start, Own.Length);

    /// <summary>Clips by g · min(1, clip / (norm + 1e-6)), moves the parameters, and clears the gradient for the next step.</summary>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="norm">From <see cref="ReduceGradient"/>.</param>
    public void Step(double learningRate, double norm)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var gradient = OwnGradient();
        if (_options.ClipNorm > 0 && _options.ClipNorm < norm + 1e-6)
            gradient.Scale((float)(_options.ClipNorm / (norm + 1e-6)));
        _steps.Grow(1);
        var pieces = _space.Pieces(Own).ToList();
        foreach (var decays in new[] { true, false })
        {
            var part = pieces.FindAll(piece => piece.Decays == decays);
            if (part.Count == 0)
                continue;
            Tensor[] Views(Tensor own) => [.. part.Select(piece => own.narrow(0, piece.Start - Own.Start, piece.Length))];
            JitOps.FusedAdamW(
                Master is not null ? Views(Master) : [.. part.Select(piece => _parameters.narrow(0, piece.ModelStart, piece.Length))],
                Views(gradient), Views(FirstMoment), Views(SecondMoment), [.. part.Select(_ => _steps)],
                learningRate, _options.Beta1, _options.Beta2, decays ? _options.WeightDecay : 0, _options.Epsilon);
        }

        if (Master is not null)
            foreach (var piece in pieces)
                _parameters.narrow(0, piece.ModelStart, piece.Length).copy_(Master.narrow(0, piece.Start - Own.Start, piece.Length));
        _ranks.AllGather([.. _shards.Select(shard => _space.InModel(_parameters, shard))], _patience);
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

    private IReadOnlyList<Tensor> OwnParameters() => Own.Length > 0 ? _space.InModel(_parameters, Own) : [_parameters.narrow(0, 0, 0)];

    private Tensor Float32Zeros(long length) => zeros([length], ScalarType.Float32, _parameters.device).DetachFromDisposeScope();
}
