using Llamax.Corpus.Cleaning;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// Hashes of a text as a whole and of its n-grams: words, or letters where most of them are of scripts that write no spaces. The text
/// decides which, so that a line of any language finds its like.
/// </summary>
internal sealed class TextNgrams(int words, int letters)
{
    private const ulong Factor = 0x9E3779B97F4A7C15;

    /// <summary>The hashes of a text; the first is that of the whole.</summary>
    /// <returns>False for a text without letters or numbers.</returns>
    public bool Hash(string text, List<ulong> units, List<ulong> hashes)
    {
        hashes.Clear();
        var whole = Split(text, units, out var length);
        if (length == 0)
            return false;
        hashes.Add(whole);
        var n = words;
        if (IsUnspaced(text, length))
        {
            units.Clear();
            foreach (var unit in text)
                if (FoldedText.Of(unit) is var folded and not '\0')
                    units.Add(Mix(folded));
            n = letters;
        }

        for (var start = 0; start + n <= units.Count; start++)
        {
            var hash = (ulong)n;
            for (var i = start; i < start + n; i++)
                hash = Mix(hash ^ units[i]);
            hashes.Add(hash);
        }

        return true;
    }

    /// <summary>A hash for every word.</summary>
    /// <returns>The hash of all letters, spaces aside.</returns>
    private static ulong Split(string text, List<ulong> units, out int length)
    {
        units.Clear();
        length = 0;
        ulong whole = 1, word = 0;
        foreach (var unit in text)
        {
            var folded = FoldedText.Of(unit);
            if (folded != '\0')
            {
                (whole, word, length) = (Mix(whole ^ folded), Mix(word ^ folded), length + 1);
            }
            else if (word != 0 && CharacterKinds.OfUnit(unit) == CharacterKind.Space)
            {
                units.Add(word);
                word = 0;
            }
        }

        if (word != 0)
            units.Add(word);
        return whole;
    }

    /// <summary>Thai, Lao, Tibetan, Burmese, Khmer, Chinese and Japanese.</summary>
    private static bool IsUnspaced(string text, int letters)
    {
        var unspaced = 0;
        foreach (var unit in text)
            if (unit is (>= '\u0E00' and <= '\u109F') or (>= '\u1780' and <= '\u17FF') or (>= '\u3040' and <= '\u9FFF'))
                unspaced++;
        return 2 * unspaced > letters;
    }

    private static ulong Mix(ulong value)
    {
        value *= Factor;
        return value ^ (value >> 29);
    }
}
