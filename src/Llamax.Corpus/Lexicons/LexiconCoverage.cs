using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// How much of a text a lexicon knows, word by word as code-switching meets it: the more it knows, the more can be replaced. Words are what
/// has a letter; punctuation at their edges does not count. Text without spaces is divided by <see cref="WordDivision.Dictionaries"/>.
/// </summary>
/// <param name="Language">Paper code.</param>
/// <param name="Lines">Lines read.</param>
/// <param name="Tokens">Words.</param>
/// <param name="KnownTokens">Words that the lexicon has.</param>
/// <param name="Types">Different words.</param>
/// <param name="KnownTypes">Different words that the lexicon has.</param>
public sealed record LexiconCoverage(string Language, long Lines, long Tokens, long KnownTokens, int Types, int KnownTypes)
{
    /// <summary>0 to 1; 0 for a text without words.</summary>
    public double TokenShare => Tokens == 0 ? 0 : (double)KnownTokens / Tokens;

    /// <summary>0 to 1; 0 for a text without words.</summary>
    public double TypeShare => Types == 0 ? 0 : (double)KnownTypes / Types;

    /// <summary>Reads a text once; memory grows with its different words.</summary>
    /// <param name="lexicon">Is asked.</param>
    /// <param name="language">Paper code of the text.</param>
    /// <param name="lines">A stream.</param>
    /// <exception cref="Runs.RequestException">
    /// The lexicon or the text is damaged, or what divides the language is not installed.
    /// </exception>
    public static LexiconCoverage Measure(MultilingualLexicon lexicon, string language, IEnumerable<TextLine> lines)
    {
        var rank = lexicon.Rank(language);
        var (read, tokens, known, knownTypes) = (0L, 0L, 0L, 0);
        var types = new HashSet<string>(StringComparer.Ordinal);
        var lookup = types.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var line in lines)
        {
            read++;
            using var text = new NormalizedText(line.Text, language, WordDivision.Dictionaries);
            foreach (var match in text.Walk(lexicon, rank, longestPhrase: 1))
            {
                var word = text.Lower[match.CoreStart..match.CoreEnd];
                if (!HasLetter(word))
                    continue;
                tokens++;
                known += match.Entity >= 0 ? 1 : 0;
                if (lookup.Add(word) && match.Entity >= 0)
                    knownTypes++;
            }
        }

        return new(language, read, tokens, known, types.Count, knownTypes);
    }

    private static bool HasLetter(ReadOnlySpan<char> word)
    {
        foreach (var rune in word.EnumerateRunes())
            if (System.Text.Rune.IsLetter(rune))
                return true;
        return false;
    }
}
