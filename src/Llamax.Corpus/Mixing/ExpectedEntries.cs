using Llamax.Corpus.Building;
using Llamax.Corpus.Statistics;

namespace Llamax.Corpus.Mixing;

/// <summary>
/// How many entries Algorithm 1 will make of what was counted, before it runs. Real numbers differ by the coins, where a lexicon knows no
/// word of a language, and by what g fails at.
/// </summary>
public sealed class ExpectedEntries
{
    private const string English = "en";

    private readonly TrainingSetOptions _options;
    private readonly SortedDictionary<(string Language, EntryKind Kind), long> _entries = new(
        Comparer<(string Language, EntryKind Kind)>.Create((one, other) =>
            string.CompareOrdinal(one.Language, other.Language) is var order && order != 0 ? order : one.Kind.CompareTo(other.Kind)));

    private ExpectedEntries(TrainingSetOptions options) => _options = options;

    /// <param name="counted">Monolingual lines, pairs of each language pair in either order, and ready entries.</param>
    /// <param name="options">The numbers of Algorithm 1.</param>
    /// <param name="filled">Language pairs that g fills up, also those without any sentence pair; empty = there is no g.</param>
    public static IReadOnlyList<MixSource> Of(
        IReadOnlyList<DirectionStatistics> counted, TrainingSetOptions options, IReadOnlyList<(string, string)> filled)
    {
        var expected = new ExpectedEntries(options);
        expected.Add(counted, filled);
        return
        [
            .. expected._entries.Where(one => one.Value > 0)
                .Select(one => new MixSource(one.Key.Language, one.Key.Kind, one.Value * options.Epochs)),
        ];
    }

    private void Add(IReadOnlyList<DirectionStatistics> counted, IReadOnlyList<(string, string)> filled)
    {
        var sizes = filled.ToDictionary(pair => Ordered(pair.Item1, pair.Item2), _ => 0L);
        var lines = new Dictionary<string, long>();
        foreach (var one in counted)
        {
            if (one.Kind == EntryKind.Monolingual)
                lines[one.Source] = lines.GetValueOrDefault(one.Source) + one.Items;
            else if (one.Kind == EntryKind.Parallel)
                sizes[Ordered(one.Source, one.Target)] = sizes.GetValueOrDefault(Ordered(one.Source, one.Target)) + one.Items;
            else
                Add(one.Source, one.Kind, one.Items);
        }

        var pairs = sizes.ToDictionary(pair => pair.Key, pair => PairNumbers.Of(_options, pair.Value));
        var wanted = filled.Count == 0 ? 0 : pairs.Values.Max(numbers => numbers.Lack);
        foreach (var (language, count) in lines)
            AddLines(language, count, language == English ? wanted : 0, pairs);
        foreach (var ((first, second), numbers) in pairs)
            AddPair(first, second, numbers, filled.Count == 0 ? 0 : numbers.Lack);
    }

    private void AddLines(string language, long count, long wantedByG, Dictionary<(string, string), PairNumbers> pairs)
    {
        var most = _options.MonolingualPerLanguage ?? count;
        var lines = Math.Min(most, count - Math.Min(wantedByG, Math.Max(count / 2, count - most)));
        Add(language, EntryKind.Monolingual, lines);
        if (_options.Augmentation == AugmentationBase.Monolingual
            && pairs.Any(pair => pair.Value.IsSmall && (pair.Key.Item1 == language || pair.Key.Item2 == language)))
            Add(language, EntryKind.Augmented, Math.Min(lines, _options.AugmentBelow));
    }

    private void AddPair(string first, string second, PairNumbers numbers, long translated)
    {
        AddJoined(first, second, EntryKind.Parallel, numbers.Size * numbers.Replicas);
        if (_options.KeepTranslated)
            AddJoined(first, second, EntryKind.Pivot, translated);
        if (!numbers.IsSmall || _options.Augmentation != AugmentationBase.Parallel)
            return;
        Add(first, EntryKind.Augmented, numbers.Size + translated);
        Add(second, EntryKind.Augmented, numbers.Size + translated);
    }

    private void AddJoined(string first, string second, EntryKind kind, long count)
    {
        if (_options.Format == ParallelFormat.Split)
        {
            Add(first, EntryKind.Monolingual, count);
            Add(second, EntryKind.Monolingual, count);
            return;
        }

        Add(first, kind, count - (count / 2));
        Add(second, kind, count / 2);
    }

    private void Add(string language, EntryKind kind, long count) =>
        _entries[(language, kind)] = _entries.GetValueOrDefault((language, kind)) + count;

    private static (string, string) Ordered(string one, string other) =>
        string.CompareOrdinal(one, other) < 0 ? (one, other) : (other, one);
}
