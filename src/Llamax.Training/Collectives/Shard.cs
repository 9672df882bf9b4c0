namespace Llamax.Training.Collectives;

/// <summary>A rank's contiguous part of a flat buffer.</summary>
/// <param name="Start">First element.</param>
/// <param name="Length">Elements; 0 where there are more ranks than pieces.</param>
internal readonly record struct Shard(long Start, long Length)
{
    /// <summary>Shards begin at multiples of this many elements, as the parameters do.</summary>
    private const long Alignment = 64;

    public long End => Start + Length;

    /// <summary>The parts of all ranks: equal, but for the last ones.</summary>
    /// <param name="length">Elements of the whole buffer.</param>
    /// <param name="ranks">At least 1.</param>
    public static Shard[] Of(long length, int ranks)
    {
        var most = ((length + ranks - 1) / ranks + Alignment - 1) / Alignment * Alignment;
        return [.. Enumerable.Range(0, ranks).Select(rank =>
        {
            var start = Math.Min(length, rank * most);
            return new Shard(start, Math.Min(length, start + most) - start);
        })];
    }

    /// <summary>What this shard and [start, start + length) share.</summary>
    public Shard Within(long start, long length)
    {
        var first = Math.Max(Start, start);
        return new(first, Math.Max(0, Math.Min(End, start + length) - first));
    }
}
