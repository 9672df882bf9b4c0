using Llamax.Corpus.Sharding;
using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>
/// A global shuffle of a stream in bounded memory: entries are sorted by drawn keys, in sorted runs on disk once they outgrow memory, and
/// merged. An entry's key is drawn by the name of its part of the set and its place there: it does not depend on the other parts.
/// </summary>
/// <param name="path">The runs on disk are named after this path; they are gone after the last entry.</param>
/// <param name="memory">UTF-16 units held in memory, each entry counted with what it takes besides its text.</param>
internal sealed class EntryShuffle(string path, long memory = 1 << 26)
{
    // Objects, references and lengths of an entry with its segments: a word alone is mostly these.
    private const int UnitsPerEntry = 128;

    /// <summary>Gives entries of one part their places.</summary>
    /// <param name="entries">In their order.</param>
    /// <param name="epoch">The epoch.</param>
    /// <param name="part">The part's number among all.</param>
    /// <param name="draws">Keyed by seed, part and epoch.</param>
    /// <param name="linesKeptTogether">Consecutive monolingual lines that share a key and keep their order.</param>
    public static IEnumerable<KeyedEntry> Keyed(
        IEnumerable<TrainingEntry> entries, int epoch, int part, Draws draws, int linesKeptTogether)
    {
        var (place, group, lines) = (0L, -1L, 0);
        foreach (var entry in entries)
        {
            var isLine = entry.Kind == EntryKind.Monolingual;
            if (!isLine || lines == 0 || lines == linesKeptTogether)
                (group, lines) = (group + 1, 0);
            lines = isLine ? lines + 1 : 0;
            yield return new(epoch, draws.Bits((ulong)group), part, place++, entry);
        }
    }

    /// <summary>The entries by epoch and key.</summary>
    public IEnumerable<KeyedEntry> Sort(IEnumerable<KeyedEntry> entries)
    {
        List<EntryRun> runs = [];
        try
        {
            List<KeyedEntry> held = [];
            long units = 0;
            foreach (var entry in entries)
            {
                held.Add(entry);
                units += UnitsPerEntry + entry.Entry.Origin.Length + entry.Entry.Segments.Sum(segment => segment.Text.Length);
                if (units < memory)
                    continue;
                held.Sort();
                runs.Add(EntryRun.Write($"{path}-{runs.Count}{AtomicFile.TemporarySuffix}", held));
                held.Clear();
                units = 0;
            }

            held.Sort();
            foreach (var entry in SortedStreams.Merge([held, .. runs.Select(run => run.Read())], entry => entry))
                yield return entry;
        }
        finally
        {
            foreach (var run in runs)
                run.Dispose();
        }
    }
}

/// <summary>An entry and its place in the shuffled order.</summary>
internal readonly record struct KeyedEntry(int Epoch, ulong Key, int Part, long Place, TrainingEntry Entry) : IComparable<KeyedEntry>
{
    public int CompareTo(KeyedEntry other) =>
        (Epoch, Key, Part, Place).CompareTo((other.Epoch, other.Key, other.Part, other.Place));
}
