using Llamax.Corpus.Building;
using Llamax.Corpus.Statistics;

namespace Llamax.Corpus.Mixing;

/// <summary>
/// How many entries Algorithm 1 will make of what was counted, before it runs: small language pairs replicated and augmented in both
/// directions, half of a pair's entries in each. Real numbers differ by the coins, and where a lexicon knows no word of a language.
/// </summary>
public static class ExpectedEntries
{
    /// <param name="counted">Monolingual lines, pairs of each language pair in one order, and ready entries.</param>
    /// <param name="options">The numbers of Algorithm 1; an <c>AugmentBelow</c> of 0 augments nothing.</param>
    public static IReadOnlyList<MixSource> Of(IReadOnlyList<DirectionStatistics> counted, TrainingSetOptions options)
    {
        var entries = new Dictionary<(string Language, EntryKind Kind), long>();
        foreach (var one in counted.Where(one => one.Kind != EntryKind.Parallel))
            Add(one.Source, one.Kind, one.Items);
        foreach (var pair in counted.Where(one => one.Kind == EntryKind.Parallel)
            .GroupBy(one => string.CompareOrdinal(one.Source, one.Target) < 0 ? (one.Source, one.Target) : (one.Target, one.Source)))
        {
            var (size, (first, second)) = (pair.Sum(one => one.Items), pair.Key);
            var all = size * (size < options.ReplicateBelow ? options.Replicas : 1);
            Add(first, EntryKind.Parallel, all - (all / 2));
            Add(second, EntryKind.Parallel, all / 2);
            if (size >= options.AugmentBelow)
                continue;
            Add(first, EntryKind.Augmented, size);
            Add(second, EntryKind.Augmented, size);
        }

        return
        [
            .. entries.OrderBy(one => one.Key.Language, StringComparer.Ordinal).ThenBy(one => one.Key.Kind)
                .Select(one => new MixSource(one.Key.Language, one.Key.Kind, one.Value)),
        ];

        void Add(string language, EntryKind kind, long count) =>
            entries[(language, kind)] = entries.GetValueOrDefault((language, kind)) + count;
    }
}
