namespace Llamax.Text.Normalization;

/// <summary>A dictionary of byte strings that is walked byte by byte: all entries that a text begins with, in one pass.</summary>
internal sealed class ByteTrie
{
    /// <summary>Where every walk begins.</summary>
    public const int Root = 0;

    private readonly List<int> _values = [-1];
    private ulong[] _slots = new ulong[1024]; // 0 = free, else (node, byte) in the upper half and the child in the lower
    private int _edges;

    /// <summary>Adds <paramref name="key"/>, not empty, with a value that is not negative.</summary>
    public void Add(ReadOnlySpan<byte> key, int value)
    {
        var node = Root;
        foreach (var unit in key)
        {
            var child = Child(node, unit);
            if (child < 0)
            {
                child = _values.Count;
                _values.Add(-1);
                Link(node, unit, child);
            }

            node = child;
        }

        _values[node] = value;
    }

    /// <summary>The node after <paramref name="unit"/>; −1 where no entry goes on so.</summary>
    public int Child(int node, byte unit)
    {
        var key = Key(node, unit);
        for (var slot = Slot(key); ; slot = (slot + 1) & (_slots.Length - 1))
        {
            var found = _slots[slot];
            if (found == 0)
                return -1;
            if (found >> 32 == key)
                return (int)(uint)found;
        }
    }

    /// <summary>The value of the entry that ends at <paramref name="node"/>; −1 where none does.</summary>
    public int Value(int node) => _values[node];

    /// <summary>The value of exactly <paramref name="key"/>; −1 where there is none.</summary>
    public int Find(ReadOnlySpan<byte> key)
    {
        var node = Root;
        foreach (var unit in key)
        {
            node = Child(node, unit);
            if (node < 0)
                return -1;
        }

        return _values[node];
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

    private static ulong Key(int node, byte unit) => ((ulong)node << 8) | unit;

    private int Slot(ulong key) => (int)((key * 0x9E3779B97F4A7C15) >> 33) & (_slots.Length - 1);

    private void Link(int node, byte unit, int child)
    {
        if (node >= 1 << 24)
            throw new InvalidOperationException("A dictionary of more than 16 million nodes.");
        if (2 * ++_edges > _slots.Length)
        {
            var old = _slots;
            _slots = new ulong[2 * old.Length];
            foreach (var entry in old)
                if (entry != 0)
                    Place(entry);
        }

        Place((Key(node, unit) << 32) | (uint)child);
    }

    private void Place(ulong entry)
    {
        var slot = Slot(entry >> 32);
        while (_slots[slot] != 0)
            slot = (slot + 1) & (_slots.Length - 1);
        _slots[slot] = entry;
    }
}
