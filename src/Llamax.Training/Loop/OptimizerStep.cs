using System.Globalization;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Loop;

/// <summary>One step: micro-batches forward and backward, then the optimiser. Knows neither corpus nor schedule.</summary>
internal sealed class OptimizerStep(CausalModel model, FlatAdamW optimizer, int blocksPerMicroBatch)
{
    /// <summary>Moves the model by the gradient of the mean loss over all loss tokens of <paramref name="blocks"/>.</summary>
    /// <param name="blocks">The blocks of the step; the last micro-batch may be smaller.</param>
    /// <param name="learningRate">Of this step.</param>
    /// <param name="tally">Grows by the losses.</param>
    /// <exception cref="RequestException">The gradient is not finite; the model has not moved.</exception>
    public StepOutcome Run(ReadOnlySpan<PackedBlock> blocks, double learningRate, LossTally tally)
    {
        var (tokens, lossTokens) = (0L, 0L);
        foreach (var block in blocks)
        {
            tokens += MicroBatch.TokenCount(block);
            lossTokens += MicroBatch.LossTokens(block);
        }

        // Nothing to learn: AdamW would still decay and drift by its momentum.
        if (lossTokens == 0)
            return new StepOutcome(null, null, tokens, 0);

        var loss = 0.0;
        for (var start = 0; start < blocks.Length; start += blocksPerMicroBatch)
        {
            using var scope = NewDisposeScope();
            var part = blocks.Slice(start, Math.Min(blocksPerMicroBatch, blocks.Length - start));
            using var batch = MicroBatch.From(part, model.Config, model.Device);
            var losses = NextTokenLoss.Backward(model, batch, lossTokens);
            optimizer.Collect();
            foreach (var one in losses)
                loss += one;
            tally.Add(part, batch.TargetPlaces, losses);
        }

        var norm = optimizer.GradientNorm();
        if (!double.IsFinite(norm))
        {
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"the gradient is not finite any more (loss {loss / lossTokens:g4})"),
                "training",
                "start again in a new folder with a lower learning rate or a longer warm-up");
        }

        optimizer.Step(learningRate, norm);
        return new StepOutcome(loss / lossTokens, norm, tokens, lossTokens);
    }
}

/// <summary>What a step did.</summary>
/// <param name="Loss">Mean over the loss tokens before the update, natural logarithm; null when no token had a loss.</param>
/// <param name="GradientNorm">Before clipping; null when no token had a loss.</param>
/// <param name="Tokens">Padding excluded.</param>
/// <param name="LossTokens">Tokens that were learnt.</param>
internal readonly record struct StepOutcome(double? Loss, double? GradientNorm, long Tokens, long LossTokens);
