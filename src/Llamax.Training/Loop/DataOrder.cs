using Llamax.Runs;

namespace Llamax.Training.Loop;

/// <summary>
/// Which blocks a step reads. Every epoch goes through the corpus's stages in their order, each a permutation keyed by (seed, epoch, stage),
/// so the step number alone is the cursor: a resumed run needs no other state, and the split into micro-batches cannot change the data.
/// </summary>
internal sealed class DataOrder
{
    private readonly Draws _draws;
    private readonly IReadOnlyList<int> _stages;
    private readonly int _blockCount;
    private readonly long _totalBlocks;
    private readonly int _blocksPerStep;
    private int[] _permutation = [];
    private long _epoch = -1;

    /// <param name="options">Seed, duration and batch.</param>
    /// <param name="stages">Blocks of each stage of the corpus, at least 1 in all.</param>
    /// <param name="tokenCount">Tokens in the corpus, padding excluded.</param>
    public DataOrder(TrainingOptions options, IReadOnlyList<int> stages, long tokenCount)
    {
        var blockCount = stages.Sum();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(blockCount);
        _draws = new Draws(options.Seed, "block order");
        (_stages, _blockCount) = (stages, blockCount);
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
                _permutation = Permutation(epoch);
                _epoch = epoch;
            }

            blocks[i] = _permutation[place];
        }

        return blocks;
    }

    private int[] Permutation(long epoch)
    {
        var order = new int[_blockCount];
        for (var (stage, first) = (0, 0); stage < _stages.Count; first += _stages[stage++])
        {
            var own = _draws.Permutation(_stages[stage], (epoch * _stages.Count) + stage);
            for (var i = 0; i < own.Length; i++)
                order[first + i] = first + own[i];
        }

        return order;
    }
}
