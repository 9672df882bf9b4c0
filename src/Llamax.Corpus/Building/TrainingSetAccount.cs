using System.Runtime.InteropServices;
using System.Text.Json;

namespace Llamax.Corpus.Building;

/// <summary>Counts while a training set is built.</summary>
internal sealed class TrainingSetAccount
{
    private readonly Dictionary<(EntryKind Kind, string Source, string Target), (long Entries, long Characters)> _counts = [];
    private readonly SortedDictionary<int, PairAccount> _pairs = [];

    /// <summary>In the order of the parts.</summary>
    public IReadOnlyList<PairAccount> Pairs => [.. _pairs.Values];

    public long EmptyLines { get; set; }

    /// <summary>D_En; null where g had nothing to translate. The same in every shard.</summary>
    public EnglishAccount? English { get; set; }

    public IReadOnlyList<EntryCount> Counts =>
    [
        .. _counts.OrderBy(pair => pair.Key.Kind)
            .ThenBy(pair => pair.Key.Source, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Target, StringComparer.Ordinal)
            .Select(pair => new EntryCount(pair.Key.Kind, pair.Key.Source, pair.Key.Target, pair.Value.Entries, pair.Value.Characters)),
    ];

    public void Count(TrainingEntry entry) =>
        Count(entry.Kind, entry.Source, entry.Target, 1, entry.Segments.Sum(segment => segment.Text.Length));

    /// <summary>Counts what one epoch made of a pair.</summary>
    /// <param name="part">The pair's number among the parts.</param>
    /// <param name="pair">What of augmentation it tells is added to that of earlier epochs.</param>
    public void Count(int part, PairAccount pair) => _pairs[part] = _pairs.TryGetValue(part, out var earlier)
        ? pair with
        {
            Augmented = earlier.Augmented + pair.Augmented,
            Unswitched = earlier.Unswitched + pair.Unswitched,
            KnownWords = earlier.KnownWords + pair.KnownWords,
            ReplacedWords = earlier.ReplacedWords + pair.ReplacedWords,
        }
        : pair;

    public string ToJson() => JsonSerializer.Serialize(new State([.. Counts], new(_pairs), EmptyLines, English));

    /// <summary>Adds the account of another shard.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public void Add(string json)
    {
        var state = Parse(json);
        foreach (var count in state.Counts)
            Count(count.Kind, count.Source, count.Target, count.Entries, count.Characters);
        foreach (var (part, pair) in state.Pairs)
            _pairs[part] = pair;
        EmptyLines += state.EmptyLines;
        English = state.English;
    }

    private static State Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<State>(json) ?? throw new FormatException("The account is null.");
        }
        catch (JsonException error)
        {
            throw new FormatException(error.Message, error);
        }
    }

    private void Count(EntryKind kind, string source, string target, long entries, long characters)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, (kind, source, target), out _);
        count = (count.Entries + entries, count.Characters + characters);
    }

    private sealed record State(EntryCount[] Counts, Dictionary<int, PairAccount> Pairs, long EmptyLines, EnglishAccount? English);
}
