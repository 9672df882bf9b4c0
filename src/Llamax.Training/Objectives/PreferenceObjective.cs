using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Loop;
using static TorchSharp.torch;

namespace Llamax.Training.Objectives;

/// <summary>The loss of <see cref="ObjectiveOptions"/>.</summary>
/// <param name="options">Its numbers.</param>
/// <param name="reference">Log-probabilities of the start model, for DPO; null = no reference.</param>
/// <remarks>
/// The gradient of a pair's loss is that of its tokens' losses, weighted: a better token by (β σ(−margin) + nllWeight) / pairs, a
/// worse one by −β σ(−margin) / pairs. So the losses are read first, and one weighted pass follows.
/// </remarks>
internal sealed class PreferenceObjective(ObjectiveOptions options, ReferenceScores? reference) : IObjective
{
    public StepCounts Count(PackedBlock block)
    {
        var (better, pairs) = (0L, 0L);
        foreach (var pair in PreferencePair.Of(block))
        {
            better += pair.BetterTokens(block);
            pairs++;
        }

        return new(MicroBatch.TokenCount(block), better, pairs);
    }

    public BatchLosses Backward(CausalModel model, ReadOnlySpan<PackedBlock> blocks, MicroBatch batch, StepCounts step)
    {
        if (batch.TargetPlaces.Length == 0)
            return new([], [], default);
        using var scope = NewDisposeScope();
        var rowsNH = NextTokenLoss.PredictingRows(model, batch);
        var weight = model.OutputWeight;
        float[] losses;
        using (no_grad())
            losses = ChunkedCrossEntropy.Losses(rowsNH, weight, batch.Targets).cpu().data<float>().ToArray();
        var (scales, result) = Weigh(blocks, batch.TargetPlaces, losses, step);
        var (_, rowsGradient) = ChunkedCrossEntropy.Backward(
            rowsNH, weight, weight.requires_grad ? weight.grad : null, batch.Targets, tensor(scales, device: model.Device));
        if (rowsNH.requires_grad)
            rowsNH.backward([rowsGradient]);
        return result;
    }

    public double Value(LossSum losses, PreferenceSum preferences) =>
        preferences.Losses.Mean + options.WeightOfNll * losses.Total / preferences.Pairs;

    private (float[] Scales, BatchLosses Result) Weigh(
        ReadOnlySpan<PackedBlock> blocks, int[] places, float[] losses, StepCounts step)
    {
        var scales = new float[losses.Length];
        var (ownPlaces, ownLosses, sum) = (new List<int>(losses.Length), new List<float>(losses.Length), default(PreferenceSum));
        var next = 0;
        for (var b = 0; b < blocks.Length; b++)
        {
            foreach (var pair in PreferencePair.Of(blocks[b]))
            {
                var better = Rows(places, ref next, b * blocks[b].Tokens.Length + pair.Better.Start + pair.Better.Length);
                var worse = Rows(places, ref next, b * blocks[b].Tokens.Length + pair.Worse.Start + pair.Worse.Length);
                var logRatio = Sum(losses.AsSpan(worse)) - Sum(losses.AsSpan(better));
                if (reference is not null)
                    logRatio -= reference.LogRatio(pair.Key(blocks[b]));
                var margin = options.Beta * logRatio;
                var pull = options.Beta / (1 + Math.Exp(margin)) / step.Pairs;
                scales.AsSpan(better).Fill((float)(pull + options.WeightOfNll / step.Pairs));
                scales.AsSpan(worse).Fill((float)-pull);
                ownPlaces.AddRange(places.AsSpan(better));
                ownLosses.AddRange(losses.AsSpan(better));
                sum += PreferenceSum.Of(margin);
            }
        }

        return (scales, new([.. ownPlaces], [.. ownLosses], sum));
    }

    /// <summary>The rows of the learnt tokens before a place, from the next one on.</summary>
    private static Range Rows(int[] places, ref int next, int end)
    {
        var first = next;
        while (next < places.Length && places[next] < end)
            next++;
        return first..next;
    }

    /// <summary>−log p of an answer.</summary>
    internal static double Sum(ReadOnlySpan<float> losses)
    {
        var sum = 0.0;
        foreach (var loss in losses)
            sum += loss;
        return sum;
    }
}
