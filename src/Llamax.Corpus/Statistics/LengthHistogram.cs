using System.Numerics;

namespace Llamax.Corpus.Statistics;

/// <summary>Lengths of many texts in a few numbers: exact below 16, in eighths of octaves (9 %) above.</summary>
public sealed class LengthHistogram
{
    private const int Exact = 16;
    private const int PerOctave = 8;
    private const int ExactOctaves = 4;

    private readonly List<long> _counts = [];

    public long Count { get; private set; }

    public long Sum { get; private set; }

    public double Mean => Count == 0 ? 0 : (double)Sum / Count;

    /// <summary>The length that a share of the texts do not exceed, to the width of a bucket.</summary>
    /// <param name="share">0 to 1.</param>
    public long Quantile(double share)
    {
        var left = (long)Math.Ceiling(share * Count);
        for (var bucket = 0; bucket < _counts.Count; bucket++)
        {
            left -= _counts[bucket];
            if (left <= 0)
                return LowestOf(bucket);
        }

        return 0;
    }

    /// <summary>Texts by the power of two below their length: 0, 1, 2–3, 4–7, …</summary>
    public IReadOnlyList<long> Octaves()
    {
        List<long> octaves = [];
        for (var bucket = 0; bucket < _counts.Count; bucket++)
        {
            var octave = LowestOf(bucket) is var low and > 0 ? BitOperations.Log2((ulong)low) + 1 : 0;
            while (octaves.Count <= octave)
                octaves.Add(0);
            octaves[octave] += _counts[bucket];
        }

        return octaves;
    }

    internal void Add(int length)
    {
        var bucket = length < Exact ? length : Exact + (int)((Math.Log2(length) - ExactOctaves) * PerOctave);
        while (_counts.Count <= bucket)
            _counts.Add(0);
        _counts[bucket]++;
        Count++;
        Sum += length;
    }

    private static long LowestOf(int bucket) => bucket < Exact
        ? bucket
        : (long)Math.Ceiling(Math.Pow(2, ExactOctaves + ((bucket - Exact) / (double)PerOctave)) - 1e-9);
}
