using System.Globalization;
using System.Runtime.ExceptionServices;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Training.Collectives;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Loop;

/// <summary>
/// One step: micro-batches forward and backward, then the optimiser, together with the other ranks. Knows neither corpus nor schedule.
/// </summary>
internal sealed class OptimizerStep : IDisposable
{
    private readonly FlatAdamW _optimizer;
    private readonly int _blocksPerMicroBatch;
    private readonly ICollective _ranks;
    private readonly IObjective _objective;
    private readonly TimeSpan? _patience;
    private readonly (CausalModel Model, FlatGradient Gradient)[] _workers;

    /// <param name="model">What is trained.</param>
    /// <param name="optimizer">Made for <paramref name="model"/>.</param>
    /// <param name="blocksPerMicroBatch">The last micro-batch of a step may be smaller.</param>
    /// <param name="workers">Micro-batches that run at the same time.</param>
    /// <param name="ranks">Those that <paramref name="optimizer"/> was made for; null = this process alone.</param>
    /// <param name="patience">How long another rank may take to come.</param>
    /// <param name="objective">What is minimised; null = equation 1.</param>
    public OptimizerStep(
        CausalModel model, FlatAdamW optimizer, int blocksPerMicroBatch, int workers = 1, ICollective? ranks = null,
        TimeSpan? patience = null, IObjective? objective = null)
    {
        _objective = objective ?? new NextTokenObjective();
        (_optimizer, _blocksPerMicroBatch, _ranks, _patience) = (optimizer, blocksPerMicroBatch, ranks ?? new SoleRank(), patience);
        _workers = new (CausalModel, FlatGradient)[workers];
        _workers[0] = (model, optimizer.ModelGradient);
        for (var i = 1; i < workers; i++)
        {
            var alias = model.Alias();
            _workers[i] = (alias, optimizer.GradientFor(alias));
        }
    }

    /// <summary>Moves the model by the gradient of the objective over the whole step, the blocks of the other ranks included.</summary>
    /// <param name="blocks">This rank's blocks of the step; none where there are fewer micro-batches than ranks.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="tally">Grows by this rank's losses.</param>
    /// <exception cref="NonFiniteLossException">A loss of this rank is not finite; the model has not moved.</exception>
    /// <exception cref="RequestException">A block does not fit the model, or the gradient is not finite; the model has not moved.</exception>
    public StepOutcome Run(ReadOnlyMemory<PackedBlock> blocks, double learningRate, LossTally tally)
    {
        var own = new StepCounts();
        foreach (var block in blocks.Span)
            own += _objective.Count(block);
        var all = _ranks.Exchange(own, _patience).Aggregate((sum, counts) => sum + counts);

        // Nothing to learn: AdamW would still decay and drift by its momentum.
        if (all.LossTokens == 0)
            return new StepOutcome(null, null, all.Tokens, 0);

        var sums = new Sums();
        var microBatches = new List<ReadOnlyMemory<PackedBlock>>();
        for (var start = 0; start < blocks.Length; start += _blocksPerMicroBatch)
            microBatches.Add(blocks.Slice(start, Math.Min(_blocksPerMicroBatch, blocks.Length - start)));
        foreach (var beside in microBatches.Chunk(_workers.Length))
            foreach (var (part, (places, losses, preferences)) in SideBySide(beside, all))
            {
                NonFiniteLossException.ThrowIfAny(part.Span, places, losses);
                sums += new Sums(LossSum.Of(losses), preferences);
                tally.Add(part.Span, places, losses);
            }

        sums = _ranks.Exchange(sums, _patience).Aggregate((left, right) => left + right);
        var loss = _objective.Value(sums.Losses, sums.Preferences);
        var norm = _optimizer.ReduceGradient();
        if (!double.IsFinite(norm))
        {
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"the gradient is not finite any more (loss {loss:g4})"),
                "training",
                "start again in a new folder with a lower learning rate or a longer warm-up");
        }

        _optimizer.Step(learningRate, norm);
        return new StepOutcome(loss, norm, all.Tokens, all.LossTokens)
        {
            Preferences = sums.Preferences.Pairs > 0 ? sums.Preferences : null,
        };
    }

    public void Dispose()
    {
        foreach (var (model, gradient) in _workers.AsSpan(1))
        {
            gradient.Dispose();
            model.Dispose();
        }
    }

    // Each worker has a gradient of its own, and they are summed in the workers' order: the threads' timing changes no bit.
    private MicroBatchLosses[] SideBySide(ReadOnlyMemory<PackedBlock>[] microBatches, StepCounts step)
    {
        var results = new MicroBatchLosses[microBatches.Length];
        if (microBatches.Length == 1)
        {
            results[0] = Backward(0);
        }
        else
        {
            try
            {
                Parallel.For(
                    0, microBatches.Length, new() { MaxDegreeOfParallelism = microBatches.Length },
                    worker => results[worker] = Backward(worker));
            }
            catch (AggregateException failures)
            {
                ExceptionDispatchInfo.Throw(failures.InnerExceptions[0]);
            }
        }

        for (var worker = 0; worker < microBatches.Length; worker++)
            _optimizer.Collect(_workers[worker].Gradient);
        return results;

        MicroBatchLosses Backward(int worker)
        {
            using var scope = NewDisposeScope();
            var (model, part) = (_workers[worker].Model, microBatches[worker]);
            using var batch = MicroBatch.From(part.Span, model.Config, model.Device);
            return new(part, _objective.Backward(model, part.Span, batch, step));
        }
    }

    private readonly record struct Sums(LossSum Losses, PreferenceSum Preferences)
    {
        public static Sums operator +(Sums left, Sums right) =>
            new(left.Losses + right.Losses, left.Preferences + right.Preferences);
    }

    private readonly record struct MicroBatchLosses(ReadOnlyMemory<PackedBlock> Blocks, BatchLosses Losses);
}

/// <summary>What a step did.</summary>
/// <param name="Loss">The objective before the update, without preferences the mean over the loss tokens, natural logarithm; null when no token had a loss.</param>
/// <param name="GradientNorm">Before clipping; null when no token had a loss.</param>
/// <param name="Tokens">Padding excluded.</param>
/// <param name="LossTokens">Tokens that were learnt.</param>
internal readonly record struct StepOutcome(double? Loss, double? GradientNorm, long Tokens, long LossTokens)
{
    /// <summary>Over the pairs of the step; null where it has none.</summary>
    public PreferenceSum? Preferences { get; init; }
}
