namespace Llamax.Text.Normalization;

/// <summary>A dictionary of byte strings that is walked byte by byte: all entries that a text begins with, in one pass.</summary>
/// <remarks>
/// Nodes are numbered level by level, so the children of a node are neighbours: a step is a search for one byte in a few.
/// </remarks>
internal sealed class ByteTrie
{
    /// <summary>Where every walk begins.</summary>
    public const int Root = 0;

    // Below this many, looking at one after another is faster than the vectorised search.
    private const int FewChildren = 8;

    private readonly byte[] _units; // the byte that leads to each node
    private readonly int[] _children; // where the children of each node begin; they end where the next node's begin
    private readonly int[] _values;

    /// <param name="entries">Keys, not empty, with values that are not negative; of two equal keys the later one counts.</param>
    public ByteTrie(IEnumerable<(byte[] Key, int Value)> entries)
    {
        var sorted = entries.ToArray();
        var order = Enumerable.Range(0, sorted.Length).ToArray();
        Array.Sort(order, (a, b) => sorted[a].Key.AsSpan().SequenceCompareTo(sorted[b].Key) is not 0 and var other ? other : a - b);

        List<byte> units = [0];
        List<int> children = [];
        List<int> values = [];
        // The entries that begin with the bytes of each node, and how many bytes those are; nodes are added while the list is walked.
        List<(int From, int To, int Depth)> ranges = [(0, order.Length, 0)];
        for (var node = 0; node < ranges.Count; node++)
        {
            var (from, to, depth) = ranges[node];
            children.Add(ranges.Count);
            values.Add(-1);
            for (; from < to && Key(from).Length == depth; from++)
                values[node] = sorted[order[from]].Value;
            while (from < to)
            {
                var unit = Key(from)[depth];
                var end = from + 1;
                while (end < to && Key(end)[depth] == unit)
                    end++;
                units.Add(unit);
                ranges.Add((from, end, depth + 1));
                from = end;
            }
        }

        children.Add(ranges.Count);
        (_units, _children, _values) = ([.. units], [.. children], [.. values]);

        ReadOnlySpan<byte> Key(int place) => sorted[order[place]].Key;
    }

    /// <summary>The node after <paramref name="unit"/>; −1 where no entry goes on so.</summary>
    public int Child(int node, byte unit)
    {
        var (first, end) = (_children[node], _children[node + 1]);
        var units = _units.AsSpan(first, end - first);
        if (units.Length > FewChildren)
            return units.IndexOf(unit) is >= 0 and var place ? first + place : -1;
        for (var i = 0; i < units.Length; i++)
            if (units[i] == unit)
                return first + i;
        return -1;
    }

    /// <summary>The value of the entry that ends at <paramref name="node"/>; −1 where none does.</summary>
    public int Value(int node) => _values[node];

    /// <summary>The value of exactly <paramref name="key"/>; −1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> key) => Walk(key) is >= 0 and var node ? _values[node] : -1;

    /// <summary>The node after <paramref name="units"/>; −1 where no entry begins so.</summary>
    public int Walk(ReadOnlySpan<byte> units)
    {
        var node = Root;
        for (var i = 0; i < units.Length && node >= 0; i++)
            node = Child(node, units[i]);
        return node;
    }

    /// <summary>Length in bytes of the longest entry that <paramref name="text"/> begins with; 0 where there is none.</summary>
    public int LongestMatch(ReadOnlySpan<byte> text)
    {
        var (node, longest) = (Root, 0);
        for (var i = 0; i < text.Length; i++)
        {
            node = Child(node, text[i]);
            if (node < 0)
                break;
            if (_values[node] >= 0)
                longest = i + 1;
        }

        return longest;
    }
}
