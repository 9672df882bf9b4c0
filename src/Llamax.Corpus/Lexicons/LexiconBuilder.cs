using System.Runtime.InteropServices;

namespace Llamax.Corpus.Lexicons;

/// <summary>What became of an entry that was added.</summary>
internal enum AddedEntry
{
    Kept,

    /// <summary>A side is empty after normalisation.</summary>
    Empty,

    /// <summary>Both sides are of one language.</summary>
    SameLanguage,

    /// <summary>A side is longer than <see cref="LexiconFormat.LongestText"/>.</summary>
    TooLong,
}

/// <summary>Collects entries; entities are numbered in the order of their first appearance.</summary>
internal sealed class LexiconBuilder
{
    private readonly Dictionary<string, int> _languages = new(StringComparer.Ordinal);
    private readonly List<Dictionary<string, int>> _vocabularies = [];

    /// <summary>Codes, in the order of their first appearance.</summary>
    public IReadOnlyCollection<string> Languages => _languages.Keys;

    public List<string> Texts { get; } = [];

    /// <summary>By entity: its language, a place in <see cref="Languages"/>.</summary>
    public List<int> LanguageOf { get; } = [];

    /// <summary>Pairs of entities with the number of the source that said so; the same pair may come again.</summary>
    public List<(int From, int To, ushort Source)> Edges { get; } = [];

    /// <param name="entry">Lower-cased and trimmed here; the words of a phrase are joined by one space.</param>
    /// <param name="source">Who says so.</param>
    public AddedEntry Add(LexiconEntry entry, ushort source = 0)
    {
        if (entry.SourceLanguage == entry.TargetLanguage)
            return AddedEntry.SameLanguage;
        var from = MultilingualLexicon.Normalize(entry.Source, entry.SourceLanguage);
        var to = MultilingualLexicon.Normalize(entry.Target, entry.TargetLanguage);
        if (from.Length == 0 || to.Length == 0)
            return AddedEntry.Empty;
        if (from.Length > LexiconFormat.LongestText || to.Length > LexiconFormat.LongestText)
            return AddedEntry.TooLong;
        Edges.Add((Number(entry.SourceLanguage, from), Number(entry.TargetLanguage, to), source));
        return AddedEntry.Kept;
    }

    private int Number(string languageCode, string text)
    {
        ref var language = ref CollectionsMarshal.GetValueRefOrAddDefault(_languages, languageCode, out var isKnown);
        if (!isKnown)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(_languages.Count, LexiconFormat.MostLanguages, nameof(languageCode));
            if (languageCode.Length is 0 or > LexiconFormat.CodeLength || !System.Text.Ascii.IsValid(languageCode))
                throw new ArgumentException($"\"{languageCode}\" is no language code.", nameof(languageCode));
            language = _vocabularies.Count;
            _vocabularies.Add(new(StringComparer.Ordinal));
        }

        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_vocabularies[language], text, out isKnown);
        if (!isKnown)
        {
            number = Texts.Count;
            Texts.Add(text);
            LanguageOf.Add(language);
        }

        return number;
    }
}
