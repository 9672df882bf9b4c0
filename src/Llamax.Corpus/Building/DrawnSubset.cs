using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>
/// Exactly n of N items, drawn evenly by key: those with the smallest draws. Which they are is known from the n-th smallest draw alone,
/// so that nothing is remembered however large n and N are.
/// </summary>
internal sealed class DrawnSubset
{
    private const int PrefixBits = 16;

    private readonly Draws _draws;
    private readonly (ulong Draw, long Item) _last;
    private readonly bool _isAll;

    /// <param name="draws">Keyed by seed and purpose.</param>
    /// <param name="count">N.</param>
    /// <param name="size">n; N or more means all, 0 none.</param>
    public DrawnSubset(Draws draws, long count, long size)
    {
        _draws = draws;
        _isAll = size >= count;
        if (_isAll || size == 0)
            return;

        // The prefix in which the n-th smallest lies, then its place among the few with that prefix.
        var ofPrefix = new long[1 << PrefixBits];
        for (var item = 0L; item < count; item++)
            ofPrefix[draws.Bits((ulong)item) >> (64 - PrefixBits)]++;
        var (prefix, rank) = (0, size);
        while (rank > ofPrefix[prefix])
            rank -= ofPrefix[prefix++];
        List<(ulong Draw, long Item)> near = [];
        for (var item = 0L; item < count; item++)
            if (draws.Bits((ulong)item) is var draw && (int)(draw >> (64 - PrefixBits)) == prefix)
                near.Add((draw, item));
        near.Sort();
        _last = near[(int)rank - 1];
        Size = size;
    }

    /// <summary>How many items are in it, where not all are.</summary>
    public long Size { get; }

    public bool Contains(long item) =>
        _isAll || (Size > 0 && (_draws.Bits((ulong)item), item).CompareTo(_last) <= 0);
}
