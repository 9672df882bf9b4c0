using System.Runtime.InteropServices;

namespace Llamax.Corpus.Building;

/// <summary>Counts while a training set is built.</summary>
internal sealed class TrainingSetAccount
{
    private readonly Dictionary<(EntryKind Kind, string Source, string Target), (long Entries, long Characters)> _counts = [];

    public List<PairAccount> Pairs { get; } = [];

    public long EmptyLines { get; set; }

    public IReadOnlyList<EntryCount> Counts =>
    [
        .. _counts.OrderBy(pair => pair.Key.Kind)
            .ThenBy(pair => pair.Key.Source, StringComparer.Ordinal)
            .ThenBy(pair => pair.Key.Target, StringComparer.Ordinal)
            .Select(pair => new EntryCount(pair.Key.Kind, pair.Key.Source, pair.Key.Target, pair.Value.Entries, pair.Value.Characters)),
    ];

    public void Count(TrainingEntry entry)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, (entry.Kind, entry.Source, entry.Target), out _);
        count.Entries++;
        count.Characters += entry.Segments.Sum(segment => segment.Text.Length);
    }
}
