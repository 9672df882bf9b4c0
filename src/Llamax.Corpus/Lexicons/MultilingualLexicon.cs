using System.Collections.Frozen;
using System.Runtime.InteropServices;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// The multilingual lexicon of the paper, §2.1, step 1: bilingual dictionaries reformatted to entities {entity}_{language}, each with its
/// direct (1-hop) translations in other languages. An entry counts in both directions: <c>en-fr: hello bonjour</c> translates hello_en to
/// bonjour_fr and bonjour_fr to hello_en. Immutable; the same entries in the same order give the same lexicon.
/// </summary>
public sealed class MultilingualLexicon
{
    private readonly FrozenDictionary<string, Vocabulary> _vocabularies;
    private readonly string[] _languages;
    private readonly string[] _texts;
    private readonly int[] _languageOf;

    // Translations of entity i: _translations[_starts[i]] … _translations[_starts[i + 1] − 1], by language and then by first appearance.
    private readonly int[] _starts;
    private readonly int[] _translations;

    private MultilingualLexicon(Builder builder)
    {
        _languages = [.. builder.Languages.Keys.Order(StringComparer.Ordinal)];
        var order = _languages.Select((language, rank) => (builder.Languages[language], rank)).ToDictionary();
        _texts = [.. builder.Texts];
        _languageOf = [.. builder.LanguageOf.Select(language => order[language])];
        (_starts, _translations) = Link(builder.Edges);
        _vocabularies = builder.Languages.ToFrozenDictionary(pair => pair.Key, pair => new Vocabulary(builder.Entities[pair.Value]));
        EntityCounts = _languages.ToFrozenDictionary(language => language, language => _vocabularies[language].Entities.Count);
    }

    /// <summary>
    /// Lower-cases, trims and joins the words of every entry; entries with an empty side or within one language say nothing and are passed
    /// over.
    /// </summary>
    public static MultilingualLexicon Build(IEnumerable<LexiconEntry> entries)
    {
        var builder = new Builder();
        foreach (var entry in entries)
            builder.Add(entry);
        return new(builder);
    }

    /// <summary>Paper codes in ordinal order.</summary>
    public IReadOnlyList<string> Languages => _languages;

    /// <summary>"# entity" of the paper's Table 2: entities by language.</summary>
    public IReadOnlyDictionary<string, int> EntityCounts { get; }

    /// <summary>Every entity in the order of first appearance.</summary>
    public IEnumerable<LexiconEntity> Entities => Enumerable.Range(0, _texts.Length).Select(Entity);

    /// <summary>The direct translations of an entity, by language code and then by first appearance; empty when it is unknown.</summary>
    /// <param name="language">Paper code.</param>
    /// <param name="text">In any case and spacing.</param>
    public IReadOnlyList<LexiconEntity> Translations(string language, string text) =>
        Find(language, Normalize(text, language)) is var entity and >= 0 ? [.. Neighbours(entity).ToArray().Select(Entity)] : [];

    /// <summary>How an entity of <paramref name="language"/> is spelt here: lower case, one space between words.</summary>
    internal static string Normalize(string text, string language)
    {
        if (text.Any(char.IsWhiteSpace))
            text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return LowerCase.Of(text, language);
    }

    /// <summary>The number of a normalised entity; −1 when it is unknown.</summary>
    internal int Find(string language, ReadOnlySpan<char> text) =>
        _vocabularies.TryGetValue(language, out var vocabulary) && vocabulary.Lookup.TryGetValue(text, out var entity) ? entity : -1;

    /// <summary>UTF-16 units of the longest entity of a language; 0 when it has none.</summary>
    internal int LongestEntity(string language) => _vocabularies.TryGetValue(language, out var vocabulary) ? vocabulary.Longest : 0;

    /// <summary>Numbers of the direct translations, grouped by language.</summary>
    internal ReadOnlySpan<int> Neighbours(int entity) => _translations.AsSpan(_starts[entity].._starts[entity + 1]);

    /// <summary>The rank of an entity's language in <see cref="Languages"/>.</summary>
    internal int LanguageRank(int entity) => _languageOf[entity];

    internal LexiconEntity Entity(int entity) => new(_languages[_languageOf[entity]], _texts[entity]);

    private (int[] Starts, int[] Translations) Link(List<(int From, int To)> edges)
    {
        var starts = new int[_texts.Length + 1];
        foreach (var (from, to) in edges)
        {
            starts[from + 1]++;
            starts[to + 1]++;
        }

        for (var i = 1; i < starts.Length; i++)
            starts[i] += starts[i - 1];

        // Entity numbers grow with first appearance, so (language, number) is the promised order.
        var next = starts[..^1];
        var translations = new int[edges.Count * 2];
        foreach (var (from, to) in edges)
        {
            translations[next[from]++] = to;
            translations[next[to]++] = from;
        }

        for (var i = 0; i < next.Length; i++)
        {
            var own = translations.AsSpan(starts[i]..starts[i + 1]);
            own.Sort((a, b) => (_languageOf[a], a).CompareTo((_languageOf[b], b)));
        }

        return (starts, translations);
    }

    private sealed class Vocabulary(Dictionary<string, int> entities)
    {
        public Dictionary<string, int> Entities { get; } = entities;

        public Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> Lookup { get; } =
            entities.GetAlternateLookup<ReadOnlySpan<char>>();

        public int Longest { get; } = entities.Keys.Select(text => text.Length).DefaultIfEmpty().Max();
    }

    private sealed class Builder
    {
        private readonly HashSet<(int From, int To)> _known = [];

        public Dictionary<string, int> Languages { get; } = [];

        public List<Dictionary<string, int>> Entities { get; } = [];

        public List<string> Texts { get; } = [];

        public List<int> LanguageOf { get; } = [];

        public List<(int From, int To)> Edges { get; } = [];

        public void Add(LexiconEntry entry)
        {
            var source = Normalize(entry.Source, entry.SourceLanguage);
            var target = Normalize(entry.Target, entry.TargetLanguage);
            if (source.Length == 0 || target.Length == 0 || entry.SourceLanguage == entry.TargetLanguage)
                return;
            var (from, to) = (Number(entry.SourceLanguage, source), Number(entry.TargetLanguage, target));
            if (_known.Add((Math.Min(from, to), Math.Max(from, to))))
                Edges.Add((from, to));
        }

        private int Number(string languageCode, string text)
        {
            ref var language = ref CollectionsMarshal.GetValueRefOrAddDefault(Languages, languageCode, out var isKnown);
            if (!isKnown)
            {
                language = Entities.Count;
                Entities.Add([]);
            }

            ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(Entities[language], text, out isKnown);
            if (!isKnown)
            {
                number = Texts.Count;
                Texts.Add(text);
                LanguageOf.Add(language);
            }

            return number;
        }
    }
}
