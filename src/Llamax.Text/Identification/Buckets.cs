namespace Llamax.Text.Identification;

/// <summary>Which row behind the words' an n-gram has by its hash: its own number, or what is left after pruning.</summary>
internal sealed class Buckets
{
    private const ulong Free = ulong.MaxValue;

    private readonly ulong[]? _slots; // bucket in the upper half, row in the lower

    private Buckets(ulong[]? slots) => _slots = slots;

    /// <summary>Every bucket has its row.</summary>
    public static Buckets All { get; } = new(null);

    /// <summary>Only the named buckets have one; of a bucket named twice the later row counts.</summary>
    public static Buckets Kept(ReadOnlySpan<(int Bucket, int Row)> kept)
    {
        var size = 16L;
        while (size < 4L * kept.Length)
            size *= 2;
        var slots = new ulong[size];
        Array.Fill(slots, Free);
        foreach (var (bucket, row) in kept)
            slots[Slot(slots, bucket)] = ((ulong)(uint)bucket << 32) | (uint)row;
        return new Buckets(slots);
    }

    /// <summary>The row; −1 where the bucket was pruned.</summary>
    public int RowOf(int bucket)
    {
        if (_slots is null)
            return bucket;
        var found = _slots[Slot(_slots, bucket)];
        return found == Free ? -1 : (int)(uint)found;
    }

    private static int Slot(ulong[] slots, int bucket)
    {
        var mask = slots.Length - 1;
        var slot = (int)(((uint)bucket * 0x9E3779B97F4A7C15) >> 33) & mask;
        while (slots[slot] != Free && slots[slot] >> 32 != (uint)bucket)
            slot = (slot + 1) & mask;
        return slot;
    }
}
