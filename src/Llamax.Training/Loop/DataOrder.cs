using Llamax.Runs;

namespace Llamax.Training.Loop;

/// <summary>
/// Which blocks a step reads. Every epoch is a permutation keyed by (seed, epoch), so the step number alone is the cursor:
/// a resumed run needs no other state, and the split into micro-batches cannot change the data.
/// </summary>
internal sealed class DataOrder
{
    private readonly Draws _draws;
    private readonly int _blockCount;
    private readonly long _totalBlocks;
    private readonly int _blocksPerStep;
    private int[] _permutation = [];
    private long _epoch = -1;

    /// <param name="options">Seed, duration and batch.</param>
    /// <param name="blockCount">Blocks in the corpus, at least 1.</param>
    /// <param name="tokenCount">Tokens in the corpus, padding excluded.</param>
    public DataOrder(TrainingOptions options, int blockCount, long tokenCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockCount);
        _draws = new Draws(options.Seed, "block order");
        _blockCount = blockCount;
        _blocksPerStep = checked(options.BlocksPerMicroBatch * options.MicroBatches);
        _totalBlocks = options switch
        {
            { Steps: { } steps } => (long)steps * _blocksPerStep,
            { TokenBudget: { } budget } => Math.Max(1, (long)Math.Ceiling((double)budget / Math.Max(1, tokenCount) * blockCount)),
            _ => Math.Max(1, (long)Math.Round((options.Epochs ?? 1) * blockCount)),
        };
        var stepCount = (_totalBlocks + _blocksPerStep - 1) / _blocksPerStep;
        if (stepCount > int.MaxValue)
            throw new RequestException($"the run would take {stepCount} steps", "training options", "use a larger batch or fewer epochs");
        Steps = (int)stepCount;
    }

    /// <summary>Optimiser steps of the whole run.</summary>
    public int Steps { get; }

    /// <summary>Tokens that the whole run reads, of a corpus that has so many.</summary>
    public long TokensFor(long tokenCount) => (long)((double)_totalBlocks / _blockCount * tokenCount);

    /// <summary>The blocks of a step in order; only the last step may have fewer than the others.</summary>
    /// <param name="step">From 0.</param>
    public int[] BlocksOf(int step)
    {
        var first = (long)step * _blocksPerStep;
        var blocks = new int[(int)Math.Min(_blocksPerStep, _totalBlocks - first)];
        for (var i = 0; i < blocks.Length; i++)
        {
            var (epoch, place) = Math.DivRem(first + i, _blockCount);
            if (epoch != _epoch)
            {
                _permutation = _draws.Permutation(_blockCount, epoch);
                _epoch = epoch;
            }

            blocks[i] = _permutation[place];
        }

        return blocks;
    }
}
