using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>
/// A global shuffle of a stream in bounded memory: entries are sorted by drawn keys, in sorted runs on disk once they outgrow memory, and
/// merged. The order depends on the draws alone.
/// </summary>
/// <param name="draws">Keyed by seed and purpose.</param>
/// <param name="folder">Where runs are put meanwhile.</param>
/// <param name="linesKeptTogether">Consecutive monolingual lines of a language that share a key and keep their order.</param>
/// <param name="memory">UTF-16 units held in memory, each entry counted with what it takes besides its text.</param>
internal sealed class EntryShuffle(Draws draws, string folder, int linesKeptTogether, long memory = 1 << 26)
{
    // Objects, references and lengths of an entry with its segments: a word alone is mostly these.
    private const int UnitsPerEntry = 128;

    public IEnumerable<TrainingEntry> Shuffle(IEnumerable<TrainingEntry> entries)
    {
        List<EntryRun> runs = [];
        try
        {
            List<KeyedEntry> held = [];
            long units = 0;
            foreach (var entry in Keyed(entries))
            {
                held.Add(entry);
                units += UnitsPerEntry + entry.Entry.Origin.Length + entry.Entry.Segments.Sum(segment => segment.Text.Length);
                if (units < memory)
                    continue;
                held.Sort();
                runs.Add(EntryRun.Write(Path.Combine(folder, $"shuffle-{runs.Count}{AtomicFile.TemporarySuffix}"), held));
                held.Clear();
                units = 0;
            }

            held.Sort();
            foreach (var entry in Merge([held, .. runs.Select(run => run.Read())]))
                yield return entry;
        }
        finally
        {
            foreach (var run in runs)
                run.Dispose();
        }
    }

    private IEnumerable<KeyedEntry> Keyed(IEnumerable<TrainingEntry> entries)
    {
        long sequence = 0, group = -1;
        var (language, lines) = ("", 0);
        foreach (var entry in entries)
        {
            var isLine = entry.Kind == EntryKind.Monolingual;
            if (isLine && entry.Source == language && lines < linesKeptTogether)
            {
                lines++;
            }
            else
            {
                group++;
                (language, lines) = isLine ? (entry.Source, 1) : ("", 0);
            }

            yield return new(draws.Bits((ulong)group), sequence++, entry);
        }
    }

    private static IEnumerable<TrainingEntry> Merge(List<IEnumerable<KeyedEntry>> sorted)
    {
        var heads = new PriorityQueue<IEnumerator<KeyedEntry>, KeyedEntry>();
        try
        {
            foreach (var run in sorted)
                Enqueue(run.GetEnumerator());
            while (heads.TryDequeue(out var run, out var entry))
            {
                yield return entry.Entry;
                Enqueue(run);
            }
        }
        finally
        {
            foreach (var (run, _) in heads.UnorderedItems)
                run.Dispose();
        }

        void Enqueue(IEnumerator<KeyedEntry> run)
        {
            if (run.MoveNext())
                heads.Enqueue(run, run.Current);
            else
                run.Dispose();
        }
    }
}

/// <summary>An entry and its place in the shuffled order.</summary>
internal readonly record struct KeyedEntry(ulong Key, long Sequence, TrainingEntry Entry) : IComparable<KeyedEntry>
{
    public int CompareTo(KeyedEntry other) => (Key, Sequence).CompareTo((other.Key, other.Sequence));
}
