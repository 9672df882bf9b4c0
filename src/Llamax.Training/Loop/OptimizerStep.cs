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
    private readonly TimeSpan? _patience;
    private readonly (CausalModel Model, FlatGradient Gradient)[] _workers;

    /// <param name="model">What is trained.</param>
    /// <param name="optimizer">Made for <paramref name="model"/>.</param>
    /// <param name="blocksPerMicroBatch">The last micro-batch of a step may be smaller.</param>
    /// <param name="workers">Micro-batches that run at the same time.</param>
    /// <param name="ranks">Those that <paramref name="optimizer"/> was made for; null = this process alone.</param>
    /// <param name="patience">How long another rank may take to come.</param>
    public OptimizerStep(
        CausalModel model, FlatAdamW optimizer, int blocksPerMicroBatch, int workers = 1, ICollective? ranks = null,
        TimeSpan? patience = null)
    {
        (_optimizer, _blocksPerMicroBatch, _ranks, _patience) = (optimizer, blocksPerMicroBatch, ranks ?? new SoleRank(), patience);
        _workers = new (CausalModel, FlatGradient)[workers];
        _workers[0] = (model, optimizer.ModelGradient);
        for (var i = 1; i < workers; i++)
        {
            var alias = model.Alias();
            _workers[i] = (alias, optimizer.GradientFor(alias));
        }
    }

    /// <summary>Moves the model by the gradient of the mean loss over all loss tokens of the step, those of the other ranks included.</summary>
    /// <param name="blocks">This rank's blocks of the step; none where there are fewer micro-batches than ranks.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="tally">Grows by this rank's losses.</param>
    /// <exception cref="NonFiniteLossException">A loss of this rank is not finite; the model has not moved.</exception>
    /// <exception cref="RequestException">A block does not fit the model, or the gradient is not finite; the model has not moved.</exception>
    public StepOutcome Run(ReadOnlyMemory<PackedBlock> blocks, double learningRate, LossTally tally)
    {
        var own = new Counts();
        foreach (var block in blocks.Span)
            own += new Counts(MicroBatch.TokenCount(block), MicroBatch.LossTokens(block));
        var all = _ranks.Exchange(own, _patience).Aggregate((sum, counts) => sum + counts);

        // Nothing to learn: AdamW would still decay and drift by its momentum.
        if (all.LossTokens == 0)
            return new StepOutcome(null, null, all.Tokens, 0);

        var sum = new LossSum();
        var microBatches = new List<ReadOnlyMemory<PackedBlock>>();
        for (var start = 0; start < blocks.Length; start += _blocksPerMicroBatch)
            microBatches.Add(blocks.Slice(start, Math.Min(_blocksPerMicroBatch, blocks.Length - start)));
        foreach (var beside in microBatches.Chunk(_workers.Length))
            foreach (var (part, places, losses) in SideBySide(beside, all.LossTokens))
            {
                NonFiniteLossException.ThrowIfAny(part.Span, places, losses);
                sum += LossSum.Of(losses);
                tally.Add(part.Span, places, losses);
            }

        sum = _ranks.Exchange(sum, _patience).Aggregate((left, right) => left + right);
        var norm = _optimizer.ReduceGradient();
        if (!double.IsFinite(norm))
        {
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"the gradient is not finite any more (loss {sum.Mean:g4})"),
                "training",
                "start again in a new folder with a lower learning rate or a longer warm-up");
        }

        _optimizer.Step(learningRate, norm);
        return new StepOutcome(sum.Mean, norm, all.Tokens, all.LossTokens);
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
    private MicroBatchLosses[] SideBySide(ReadOnlyMemory<PackedBlock>[] microBatches, long lossTokens)
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
            return new(part, batch.TargetPlaces, NextTokenLoss.Backward(model, batch, lossTokens));
        }
    }

    private readonly record struct Counts(long Tokens, long LossTokens)
    {
        public static Counts operator +(Counts left, Counts right) => new(left.Tokens + right.Tokens, left.LossTokens + right.LossTokens);
    }

    private readonly record struct MicroBatchLosses(ReadOnlyMemory<PackedBlock> Blocks, int[] Places, float[] Losses);
}

/// <summary>What a step did.</summary>
/// <param name="Loss">Mean over the loss tokens before the update, natural logarithm; null when no token had a loss.</param>
/// <param name="GradientNorm">Before clipping; null when no token had a loss.</param>
/// <param name="Tokens">Padding excluded.</param>
/// <param name="LossTokens">Tokens that were learnt.</param>
internal readonly record struct StepOutcome(double? Loss, double? GradientNorm, long Tokens, long LossTokens);
