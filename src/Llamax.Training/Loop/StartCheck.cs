using System.Globalization;
using System.Runtime.InteropServices;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Training.Collectives;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Loop;

/// <summary>
/// What a run checks before its first step, on its own data and its own machines: that the largest micro-batch fits into memory, and
/// that the gradient does not depend on how the blocks are split into micro-batches and over ranks (design, principle 4). Leaves
/// model and optimiser as they were.
/// </summary>
internal sealed class StartCheck(
    CausalModel model, FlatAdamW optimizer, IObjective objective, ICollective ranks, TimeSpan? patience)
{
    /// <summary>Reads and forgets a micro-batch in which every token is learnt: no later one needs more memory.</summary>
    /// <param name="blocks">As many as a micro-batch has; they are changed.</param>
    /// <exception cref="RequestException">It does not fit.</exception>
    public void RehearseLargest(ReadOnlyMemory<PackedBlock> blocks)
    {
        foreach (var block in blocks.Span)
            for (var i = 1; i < block.Loss.Length; i++)
                block.Loss[i] = block.Segments[i] >= 0 && block.Segments[i] == block.Segments[i - 1];
        try
        {
            Accumulate(blocks, blocks.Length, Count(blocks));
        }
        catch (Exception failure) when (failure is ExternalException or OutOfMemoryException)
        {
            throw new RequestException(
                $"a micro-batch of {blocks.Length} blocks does not fit into memory: {failure.Message.Split('\n')[0]}", "training",
                "use fewer blocksPerMicroBatch and more microBatches: the step stays the same", failure);
        }

        optimizer.Forget();
    }

    /// <summary>Compares the gradient of blocks that the ranks share, read one by one, with the one that each rank makes of them all.</summary>
    /// <param name="blocks">The same on all ranks.</param>
    /// <param name="atOnce">How many of them a micro-batch may have.</param>
    /// <exception cref="RequestException">They differ by more than rounding.</exception>
    public void CompareSplits(ReadOnlyMemory<PackedBlock> blocks, int atOnce)
    {
        var step = Count(blocks);
        if (step.LossTokens == 0)
            return;
        using var scope = NewDisposeScope();
        for (var i = ranks.Rank; i < blocks.Length; i += ranks.Size)
            Accumulate(blocks.Slice(i, 1), 1, step);
        optimizer.ReduceGradient();
        using var shared = optimizer.OwnGradient().clone();
        optimizer.Forget();
        Accumulate(blocks, atOnce, step);
        var alone = optimizer.OwnGradient();
        var whole = Square(alone);
        var sums = ranks.Exchange(new Squares(Square(shared.Shrink(alone)), whole), patience);
        optimizer.Forget();
        var difference = Math.Sqrt(sums.Sum(sum => sum.Difference) / Math.Max(1e-30, sums.Sum(sum => sum.Whole)));

        // fp32 rounding is a thousand times, bf16 rounding several times below these.
        var tolerance = model.DType == ScalarType.Float32 ? 1e-3 : 5e-2;
        if (!(difference <= tolerance))
        {
            throw new RequestException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the gradient of {blocks.Length} blocks depends on how they are split: {difference:g3} of its norm, and rounding explains "
                    + $"{tolerance:g3}"),
                "training",
                ranks.Size > 1 ? "check that all ranks run the same build and read the same files" : "run llamax doctor on this machine");
        }
    }

    private StepCounts Count(ReadOnlyMemory<PackedBlock> blocks) =>
        blocks.ToArray().Aggregate(default(StepCounts), (sum, block) => sum + objective.Count(block));

    // Without a copy: the gradients of a large model are large.
    private static double Square(Tensor values)
    {
        double norm = values.norm().item<float>();
        return norm * norm;
    }

    private void Accumulate(ReadOnlyMemory<PackedBlock> blocks, int atOnce, StepCounts step)
    {
        for (var start = 0; start < blocks.Length; start += atOnce)
        {
            using var scope = NewDisposeScope();
            var part = blocks.Slice(start, Math.Min(atOnce, blocks.Length - start));
            using var batch = MicroBatch.From(part.Span, model.Config, model.Device);
            objective.Backward(model, part.Span, batch, step);
            optimizer.Collect(optimizer.ModelGradient);
        }
    }

    private readonly record struct Squares(double Difference, double Whole);
}
