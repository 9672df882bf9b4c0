using System.Numerics;

namespace Llamax.Metrics.Ngrams;

/// <summary>
/// Counts the n-grams that two symbol sequences share, for all orders up to a highest one, without a dictionary of n-grams.
/// The symbols that follow each position are packed into one integer, the first symbol in the highest bits and zeros behind
/// the end. Once these integers are sorted, equal n-grams of every order lie next to each other, so one merge per order
/// counts them. Exact: nothing is hashed.
/// </summary>
internal static class NgramOverlap
{
    /// <summary>Symbols are 21 bits wide at most, so six of them fit.</summary>
    public const int HighestOrder = 6;

    /// <summary>
    /// For each order n = 1 … <paramref name="matches"/>.Length: the sum over distinct n-grams of
    /// min(count in the hypothesis, highest count in any one reference).
    /// </summary>
    /// <param name="hypothesis">Symbols, each 1 … <paramref name="alphabet"/>.</param>
    /// <param name="references">Symbols of each reference.</param>
    /// <param name="alphabet">The highest symbol, below 2^21.</param>
    /// <param name="matches">[orders], overwritten.</param>
    public static void Count(ReadOnlySpan<int> hypothesis, ReadOnlySpan<int[]> references, int alphabet, Span<int> matches)
    {
        var bits = BitOperations.Log2((uint)alphabet) + 1;
        if (bits * matches.Length <= 64)
            Count<ulong>(hypothesis, references, bits, matches);
        else if (bits * matches.Length <= 128)
            Count<UInt128>(hypothesis, references, bits, matches);
        else
            throw new ArgumentOutOfRangeException(nameof(alphabet), alphabet, "The n-grams do not fit into 128 bits.");
    }

    private static void Count<TKey>(ReadOnlySpan<int> hypothesis, ReadOnlySpan<int[]> references, int bits, Span<int> matches)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        var hypothesisKeys = Pack<TKey>(hypothesis, bits, matches.Length);
        var referenceKeys = new TKey[references.Length][];
        for (var r = 0; r < references.Length; r++)
            referenceKeys[r] = Pack<TKey>(references[r], bits, matches.Length);
        var positions = new int[references.Length];
        var last = (TKey.One << bits) - TKey.One;
        for (var n = 1; n <= matches.Length; n++)
        {
            Array.Clear(positions);
            var shift = bits * (matches.Length - n);
            var matched = 0;
            for (var i = 0; i < hypothesisKeys.Length;)
            {
                var ngram = hypothesisKeys[i] >> shift;
                var start = i;
                while (i < hypothesisKeys.Length && hypothesisKeys[i] >> shift == ngram)
                    i++;
                if ((ngram & last) == TKey.Zero) // the sequence ends before the n-gram does
                    continue;
                var best = 0;
                for (var r = 0; r < positions.Length; r++)
                    best = Math.Max(best, Advance(referenceKeys[r], shift, ngram, ref positions[r]));
                matched += Math.Min(i - start, best);
            }

            matches[n - 1] = matched;
        }
    }

    private static int Advance<TKey>(TKey[] keys, int shift, TKey ngram, ref int position)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        var i = position;
        while (i < keys.Length && keys[i] >> shift < ngram)
            i++;
        var start = i;
        while (i < keys.Length && keys[i] >> shift == ngram)
            i++;
        position = i;
        return i - start;
    }

    private static TKey[] Pack<TKey>(ReadOnlySpan<int> symbols, int bits, int order)
        where TKey : unmanaged, IBinaryInteger<TKey>
    {
        var keys = new TKey[symbols.Length];
        var highest = bits * (order - 1);
        var key = TKey.Zero;
        for (var i = symbols.Length - 1; i >= 0; i--)
        {
            key = (TKey.CreateTruncating(symbols[i]) << highest) | (key >> bits);
            keys[i] = key;
        }

        keys.AsSpan().Sort();
        return keys;
    }
}
