using System.Numerics;
using System.Runtime.InteropServices;
using Llamax.Runs;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// MinHash signatures (Broder 1997): of every hash function the smallest value over the n-grams of a text. Two texts agree in a value
/// with the probability of their n-gram overlap (Jaccard).
/// </summary>
internal sealed class MinHash
{
    private readonly int _ngram;
    private readonly Vector<uint>[] _factors;
    private readonly Vector<uint>[] _addends;

    public MinHash(int ngram, int bands, int rows)
    {
        _ngram = ngram;
        var vectors = ((bands * rows) + Vector<uint>.Count - 1) / Vector<uint>.Count;
        Length = vectors * Vector<uint>.Count;
        var draws = new Draws(0, "MinHash functions");
        _factors = new Vector<uint>[vectors];
        _addends = new Vector<uint>[vectors];
        for (var i = 0; i < Length; i++)
        {
            var bits = draws.Bits((ulong)i);
            MemoryMarshal.Cast<Vector<uint>, uint>(_factors.AsSpan())[i] = (uint)bits | 1;
            MemoryMarshal.Cast<Vector<uint>, uint>(_addends.AsSpan())[i] = (uint)(bits >> 32);
        }
    }

    /// <summary>Values in a signature: at least bands × rows; more depends on the machine and is not for use.</summary>
    public int Length { get; }

    /// <param name="text">Folded; shorter than an n-gram, it is one itself.</param>
    /// <param name="signature">Gets <see cref="Length"/> values.</param>
    public void Sign(ReadOnlySpan<char> text, Span<uint> signature)
    {
        var smallest = MemoryMarshal.Cast<uint, Vector<uint>>(signature);
        smallest.Fill(Vector<uint>.AllBitsSet);
        var ngrams = Math.Max(1, text.Length - _ngram + 1);
        for (var start = 0; start < ngrams; start++)
        {
            var hash = new Vector<uint>(Hash(text.Slice(start, Math.Min(_ngram, text.Length - start))));
            for (var i = 0; i < smallest.Length; i++)
                smallest[i] = Vector.Min(smallest[i], (hash * _factors[i]) + _addends[i]);
        }
    }

    private static uint Hash(ReadOnlySpan<char> ngram)
    {
        var hash = 0x9E3779B97F4A7C15;
        foreach (var unit in ngram)
            hash = (hash ^ unit) * 0x100000001B3;
        hash = (hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93;
        return (uint)((hash ^ (hash >> 32)) * 0xD6E8FEB86659FD93 >> 32);
    }
}
