using System.Buffers;

namespace Llamax.Text.Tokenization;

/// <summary>
/// The merges of a byte-pair encoding: which two neighbours become which symbol, and which merge comes first.
/// The pair with the lowest rank is merged first, among equals the leftmost, until no pair is left.
/// </summary>
internal sealed class MergeTable
{
    // Below this many symbols looking at all pairs is faster than keeping a queue.
    private const int FewSymbols = 24;

    private readonly ulong[] _pairs;
    private readonly ulong[] _merges; // rank in the upper half, result in the lower

    private const ulong Free = ulong.MaxValue;
    private const ulong NoMerge = ulong.MaxValue;

    /// <param name="merges">Of two entries for the same pair the lower rank wins. Symbols are not negative.</param>
    public MergeTable(IReadOnlyCollection<(int Left, int Right, int Rank, int Result)> merges)
    {
        var size = 16;
        while (size < 2 * merges.Count)
            size *= 2;
        _pairs = new ulong[size];
        _merges = new ulong[size];
        Array.Fill(_pairs, Free);
        foreach (var (left, right, rank, result) in merges)
        {
            var slot = Find(Pair(left, right));
            var merge = ((ulong)(uint)rank << 32) | (uint)result;
            if (_pairs[slot] == Free || merge < _merges[slot])
                (_pairs[slot], _merges[slot]) = (Pair(left, right), merge);
        }
    }

    /// <summary>Merges that stand in the order of their ranks.</summary>
    public static MergeTable InOrder(IEnumerable<(int Left, int Right, int Result)> merges) =>
        new([.. merges.Select((merge, rank) => (merge.Left, merge.Right, rank, merge.Result))]);

    /// <summary>Merges in place.</summary>
    /// <param name="symbols">Negative symbols never merge.</param>
    /// <param name="history">Where given, gets the two parts of every symbol made; the last ones win.</param>
    /// <returns>How many symbols are left, at the front of <paramref name="symbols"/>.</returns>
    public int Merge(Span<int> symbols, Dictionary<int, (int Left, int Right)>? history = null) =>
        symbols.Length <= FewSymbols ? MergeFew(symbols, history) : MergeMany(symbols, history);

    private int MergeFew(Span<int> symbols, Dictionary<int, (int Left, int Right)>? history)
    {
        Span<ulong> merges = stackalloc ulong[FewSymbols];
        var count = symbols.Length;
        for (var i = 0; i + 1 < count; i++)
            merges[i] = Lookup(symbols[i], symbols[i + 1]);
        while (count > 1)
        {
            var best = 0;
            for (var i = 1; i + 1 < count; i++)
                if (merges[i] >> 32 < merges[best] >> 32)
                    best = i;
            if (merges[best] == NoMerge)
                break;
            history?[(int)(uint)merges[best]] = (symbols[best], symbols[best + 1]);
            symbols[best] = (int)(uint)merges[best];
            count--;
            symbols[(best + 2)..(count + 1)].CopyTo(symbols[(best + 1)..]);
            merges[(best + 1)..count].CopyTo(merges[best..]);
            if (best > 0)
                merges[best - 1] = Lookup(symbols[best - 1], symbols[best]);
            if (best + 1 < count)
                merges[best] = Lookup(symbols[best], symbols[best + 1]);
        }

        return count;
    }

    private int MergeMany(Span<int> symbols, Dictionary<int, (int Left, int Right)>? history)
    {
        var count = symbols.Length;
        var pool = ArrayPool<int>.Shared;
        var (next, previous) = (pool.Rent(count), pool.Rent(count));
        var merges = ArrayPool<ulong>.Shared.Rent(count); // the merge that begins at each living symbol
        var queue = new PriorityQueue<int, ulong>();

        void Offer(int position, Span<int> symbols)
        {
            merges[position] = next[position] < count ? Lookup(symbols[position], symbols[next[position]]) : NoMerge;
            if (merges[position] != NoMerge)
                queue.Enqueue(position, Priority(merges[position], position));
        }

        for (var i = 0; i < count; i++)
            (next[i], previous[i]) = (i + 1, i - 1);
        for (var i = 0; i < count; i++)
            Offer(i, symbols);
        while (queue.TryDequeue(out var left, out var priority))
        {
            if (merges[left] == NoMerge || Priority(merges[left], left) != priority)
                continue; // one of the two has gone into another symbol since
            var right = next[left];
            history?[(int)(uint)merges[left]] = (symbols[left], symbols[right]);
            symbols[left] = (int)(uint)merges[left];
            merges[right] = NoMerge;
            next[left] = next[right];
            if (next[left] < count)
                previous[next[left]] = left;
            Offer(left, symbols);
            if (previous[left] >= 0)
                Offer(previous[left], symbols);
        }

        var kept = 0;
        for (var i = 0; i < count; i = next[i])
            symbols[kept++] = symbols[i];
        pool.Return(next);
        pool.Return(previous);
        ArrayPool<ulong>.Shared.Return(merges);
        return kept;
    }

    private static ulong Priority(ulong merge, int position) => (merge & 0xFFFFFFFF00000000) | (uint)position;

    private static ulong Pair(int left, int right) => ((ulong)(uint)left << 32) | (uint)right;

    private ulong Lookup(int left, int right)
    {
        if ((left | right) < 0)
            return NoMerge;
        var slot = Find(Pair(left, right));
        return _pairs[slot] == Free ? NoMerge : _merges[slot];
    }

    private int Find(ulong pair)
    {
        var mask = _pairs.Length - 1;
        var slot = (int)((pair * 0x9E3779B97F4A7C15) >> 33) & mask;
        while (_pairs[slot] != pair && _pairs[slot] != Free)
            slot = (slot + 1) & mask;
        return slot;
    }
}
