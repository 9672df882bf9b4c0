using Llamax.Corpus.Sharding;
using Llamax.Runs;

namespace Llamax.Corpus.Deduplication;

/// <summary>Sorts rows in bounded memory: in sorted runs on disk once they outgrow it, which are merged.</summary>
/// <param name="path">The runs are named after this path, and gone after the last row.</param>
/// <param name="rowsInMemory">Rows that are sorted at once.</param>
internal sealed class ExternalSort(string path, int rowsInMemory)
{
    private const int FirstRows = 1 << 12;

    public IEnumerable<KeyRow> Sort(IEnumerable<KeyRow> rows)
    {
        List<string> runs = [];
        try
        {
            var held = new List<KeyRow>(Math.Min(FirstRows, rowsInMemory));
            foreach (var row in rows)
            {
                held.Add(row);
                if (held.Count < rowsInMemory)
                    continue;
                runs.Add(WriteRun(held, runs.Count));
                held.Clear();
            }

            held.Sort();
            foreach (var row in runs.Count == 0 ? held : Merge([held, .. runs.Select(KeyFile.Read)]))
                yield return row;
        }
        finally
        {
            foreach (var run in runs)
                File.Delete(run);
        }
    }

    /// <summary>Sorted streams as one.</summary>
    public static IEnumerable<KeyRow> Merge(IEnumerable<IEnumerable<KeyRow>> sorted) => SortedStreams.Merge(sorted, row => row);

    private string WriteRun(List<KeyRow> rows, int number)
    {
        rows.Sort();
        var run = FormattableString.Invariant($"{path}.run-{number}{AtomicFile.TemporarySuffix}");
        using var stream = new FileStream(run, FileMode.Create, FileAccess.Write, FileShare.None, 1);
        KeyFile.Write(stream, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(rows));
        return run;
    }
}
