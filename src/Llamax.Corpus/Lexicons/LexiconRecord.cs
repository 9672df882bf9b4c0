namespace Llamax.Corpus.Lexicons;

/// <summary>A language of a lexicon.</summary>
/// <param name="Code">Paper code.</param>
/// <param name="Entities">"# entity" of the paper's Table 2.</param>
/// <param name="LongestText">UTF-16 units of the longest entity.</param>
/// <param name="LongestPhrase">Words, divided by spaces, of the longest entity.</param>
/// <param name="IsPivot">Whether its words may stand between two hops.</param>
internal readonly record struct LexiconLanguage(string Code, int Entities, int LongestText, int LongestPhrase, bool IsPivot);

/// <summary>An entity as it lies in a lexicon.</summary>
/// <param name="language">Rank of its language.</param>
/// <param name="text">Lower case, one space between words.</param>
/// <param name="groups">A word per language of its direct translations, see <see cref="LexiconFormat"/>.</param>
/// <param name="translations">Numbers of the records of its direct translations, group by group.</param>
internal readonly ref struct LexiconRecord(
    int language, ReadOnlySpan<char> text, ReadOnlySpan<uint> groups, ReadOnlySpan<uint> translations)
{
    public int Language { get; } = language;

    public ReadOnlySpan<char> Text { get; } = text;

    public ReadOnlySpan<uint> Groups { get; } = groups;

    public ReadOnlySpan<uint> Translations { get; } = translations;
}
