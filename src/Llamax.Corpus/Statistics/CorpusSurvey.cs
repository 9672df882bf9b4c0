using System.Runtime.InteropServices;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Corpus.Statistics;

/// <summary>Counts a corpus in one pass. Memory grows with the languages, directions and files, not with the items.</summary>
/// <param name="tokenizer">Null = tokens are not counted.</param>
/// <param name="events">Progress.</param>
public sealed class CorpusSurvey(ITokenizer? tokenizer, IRunEvents events)
{
    private const int ItemsInBlock = 1024;
    private const int SamplesPerLanguage = 3;
    private const int MostSources = 2000;
    private const int KeysInMemory = 1 << 22;

    private readonly PairKeys _keys = new(new DedupOptions());
    private readonly Draws _draws = new(1, "samples of statistics");
    private readonly SortedDictionary<string, LanguageCount> _languages = new(StringComparer.Ordinal);
    private readonly Dictionary<(EntryKind Kind, string Source, string Target), (long Items, long Repeated)> _directions = [];
    private readonly Dictionary<string, SourceCount> _sources = new(StringComparer.Ordinal);

    /// <summary>Reads the items once.</summary>
    public CorpusStatistics Run(IEnumerable<CorpusItem> items)
    {
        var folder = Directory.CreateTempSubdirectory("llamax-stats-");
        try
        {
            using var seen = new FirstOfKey(Path.Combine(folder.FullName, "seen"), KeysInMemory);
            using var step = events.Begin("count", 0, "entry");
            var (count, repeated) = (0L, 0L);
            foreach (var block in OrderedWork.Do(items.Chunk(ItemsInBlock), Math.Clamp(Environment.ProcessorCount, 1, 16), Measure))
            {
                foreach (var measured in block)
                    repeated += Add(measured, count++, seen) ? 1 : 0;
                step.Advance(block.Length);
            }

            return Result(count, repeated);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private MeasuredItem[] Measure(CorpusItem[] items) => [.. items.Select(item =>
    {
        List<KeyRow> rows = new(1);
        _keys.Add(new SentencePair(item.Texts[0], string.Join('\n', item.Texts.Skip(1)), ""), 0, rows);
        return new MeasuredItem(item, rows[0], [.. item.Texts.Select(text => new MeasuredText(
            Characters(text), Words(text), tokenizer?.Encode(text).Length ?? 0, ScriptDetector.Dominant(text) ?? ""))]);
    })];

    private bool Add(MeasuredItem measured, long number, FirstOfKey seen)
    {
        var item = measured.Item;
        var isRepeated = seen.Before(measured.Key with { Sequence = number }) is not null;
        ref var direction = ref CollectionsMarshal.GetValueRefOrAddDefault(_directions, (item.Kind, item.Source, item.Target), out _);
        direction = (direction.Items + 1, direction.Repeated + (isRepeated ? 1 : 0));
        var source = Source(item.File);
        source.Items++;
        for (var i = 0; i < measured.Texts.Length; i++)
        {
            var code = item.LanguageOf(i);
            Language(code).Add(measured.Texts[i]);
            CollectionsMarshal.GetValueRefOrAddDefault(source.ByLanguage, code, out _)++;
        }

        Language(item.Source).Samples.Add(item, _draws.Bits((ulong)number), number);
        return isRepeated;
    }

    private CorpusStatistics Result(long count, long repeated) => new()
    {
        Items = count,
        Repeated = repeated,
        HasTokens = tokenizer is not null,
        Languages = [.. _languages.Select(language => language.Value.Result(language.Key))],
        Directions =
        [
            .. _directions.OrderBy(direction => direction.Key.Kind).ThenBy(direction => direction.Key.Source, StringComparer.Ordinal)
                .ThenBy(direction => direction.Key.Target, StringComparer.Ordinal)
                .Select(one => new DirectionStatistics(one.Key.Kind, one.Key.Source, one.Key.Target, one.Value.Items, one.Value.Repeated)),
        ],
        Sources =
        [
            .. _sources.OrderByDescending(source => source.Value.Items).ThenBy(source => source.Key, StringComparer.Ordinal)
                .Select(source => new SourceStatistics(source.Key, source.Value.Items, source.Value.ByLanguage)),
        ],
        Samples = [.. _languages.Values.SelectMany(language => language.Samples.Items)],
    };

    private LanguageCount Language(string code)
    {
        if (!_languages.TryGetValue(code, out var language))
        {
            var hasSpaces = !LanguageRegistry.TryFind(code, out var known) || known.SpacesBetweenWords;
            _languages.Add(code, language = new(hasSpaces, tokenizer is not null));
        }

        return language;
    }

    // Origins that are no files could be as many as there are items.
    private SourceCount Source(string name)
    {
        if (_sources.TryGetValue(name, out var source))
            return source;
        name = _sources.Count < MostSources ? name : "(others)";
        if (!_sources.TryGetValue(name, out source))
            _sources.Add(name, source = new());
        return source;
    }

    private static int Characters(string text)
    {
        var count = text.Length;
        foreach (var unit in text)
            count -= char.IsHighSurrogate(unit) ? 1 : 0;
        return count;
    }

    private static int Words(string text)
    {
        var (count, isInside) = (0, false);
        foreach (var unit in text)
        {
            var isWord = !char.IsWhiteSpace(unit);
            count += isWord && !isInside ? 1 : 0;
            isInside = isWord;
        }

        return count;
    }

    private sealed record MeasuredItem(CorpusItem Item, KeyRow Key, MeasuredText[] Texts);

    private readonly record struct MeasuredText(int Characters, int Words, int Tokens, string Script);

    private sealed class SourceCount
    {
        public long Items { get; set; }

        public Dictionary<string, long> ByLanguage { get; } = new(StringComparer.Ordinal);
    }

    private sealed class LanguageCount(bool hasSpaces, bool hasTokens)
    {
        private readonly LengthHistogram _characters = new();
        private readonly LengthHistogram? _words = hasSpaces ? new() : null;
        private readonly LengthHistogram? _tokens = hasTokens ? new() : null;
        private readonly Dictionary<string, long> _scripts = new(StringComparer.Ordinal);

        public ItemSample Samples { get; } = new();

        public void Add(MeasuredText text)
        {
            _characters.Add(text.Characters);
            _words?.Add(text.Words);
            _tokens?.Add(text.Tokens);
            CollectionsMarshal.GetValueRefOrAddDefault(_scripts, text.Script, out _)++;
        }

        public LanguageStatistics Result(string code) => new(
            code, _characters.Count, _characters, _words, _tokens,
            [.. _scripts.OrderByDescending(script => script.Value).ThenBy(script => script.Key, StringComparer.Ordinal)]);
    }

    /// <summary>The items with the smallest draws.</summary>
    private sealed class ItemSample
    {
        private readonly PriorityQueue<(CorpusItem Item, long Number), ulong> _kept = new(
            Comparer<ulong>.Create((one, other) => other.CompareTo(one)));

        public IEnumerable<CorpusItem> Items =>
            _kept.UnorderedItems.Select(item => item.Element).OrderBy(item => item.Number).Select(item => item.Item);

        public void Add(CorpusItem item, ulong draw, long number)
        {
            if (_kept.Count < SamplesPerLanguage)
                _kept.Enqueue((item, number), draw);
            else
                _kept.EnqueueDequeue((item, number), draw);
        }
    }
}
