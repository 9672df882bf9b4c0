using System.Buffers;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// The share of a text's n-grams that it has said before: three words, or eight letters where words are not divided by spaces. Text
/// with fewer than four n-grams is not judged.
/// </summary>
internal sealed class RepeatedNgrams(CleaningSides sides) : TextFilter(sides)
{
    private const int WordsInNgram = 3;
    private const int LettersInNgram = 8;
    private const int FewestNgrams = 4;

    public override string Name => "mostRepeated";

    protected override string? Objection(string text, CleaningSide side)
    {
        var rented = text.Length > 512 ? ArrayPool<uint>.Shared.Rent(text.Length) : null;
        try
        {
            var hashes = rented ?? stackalloc uint[512];
            var count = side.HasSpaces ? Words(text, hashes) : Letters(text, hashes);
            return Share(hashes[..count], side.HasSpaces ? WordsInNgram : LettersInNgram) > side.Limits.MostRepeated ? Name : null;
        }
        finally
        {
            if (rented is not null)
                ArrayPool<uint>.Shared.Return(rented);
        }
    }

    /// <summary>A hash for every word, of its letters and numbers.</summary>
    private static int Words(string text, Span<uint> hashes)
    {
        var (count, hash) = (0, 0u);
        foreach (var unit in text)
        {
            var folded = FoldedText.Of(unit);
            if (folded != '\0')
            {
                hash = (hash ^ folded) * 0x9E3779B1;
            }
            else if (hash != 0 && CharacterKinds.OfUnit(unit) == CharacterKind.Space)
            {
                hashes[count++] = hash;
                hash = 0;
            }
        }

        if (hash != 0)
            hashes[count++] = hash;
        return count;
    }

    private static int Letters(string text, Span<uint> hashes)
    {
        var count = 0;
        foreach (var unit in text)
            if (FoldedText.Of(unit) is var folded and not '\0')
                hashes[count++] = folded * 0x9E3779B1;
        return count;
    }

    private static double Share(ReadOnlySpan<uint> hashes, int n)
    {
        var ngrams = hashes.Length - n + 1;
        if (ngrams < FewestNgrams)
            return 0;
        var size = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)ngrams * 2);
        var rented = size > 1024 ? ArrayPool<uint>.Shared.Rent(size) : null;
        var seen = (rented ?? stackalloc uint[1024])[..size];
        seen.Clear();
        var repeated = 0;
        for (var i = 0; i < ngrams; i++)
        {
            var key = 0u;
            foreach (var hash in hashes.Slice(i, n))
                key = (uint.RotateLeft(key, 7) ^ hash) * 0x85EBCA6B;
            key = (key ^ (key >> 15)) | 1; // 0 marks a free place
            var place = (int)(key >> 8) & (size - 1);
            while (seen[place] != 0 && seen[place] != key)
                place = (place + 1) & (size - 1);
            repeated += seen[place] == key ? 1 : 0;
            seen[place] = key;
        }

        if (rented is not null)
            ArrayPool<uint>.Shared.Return(rented);
        return (double)repeated / ngrams;
    }
}
