using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>
/// A few of many removed pairs, drawn evenly: those with the smallest draws at their sequence numbers. So the sample is the same in
/// whatever order and in however many shards they were seen.
/// </summary>
internal sealed class RemovedSample(Draws draws, int size)
{
    private readonly PriorityQueue<RemovedPair, (ulong Draw, long Sequence)> _kept = new(
        Comparer<(ulong Draw, long Sequence)>.Create((one, other) => other.CompareTo(one)));

    public void Add(in RemovedPair pair)
    {
        if (size == 0)
            return;
        var key = (draws.Bits((ulong)pair.Sequence), pair.Sequence);
        if (_kept.Count < size)
            _kept.Enqueue(pair, key);
        else
            _kept.EnqueueDequeue(pair, key);
    }

    /// <summary>In the order of the corpus.</summary>
    public IReadOnlyList<RemovedPair> Pairs => [.. _kept.UnorderedItems.Select(item => item.Element).OrderBy(pair => pair.Sequence)];
}
