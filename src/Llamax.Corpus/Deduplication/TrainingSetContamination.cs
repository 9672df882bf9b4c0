using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// Holds the entries of built training sets against test sentences, as <see cref="Decontaminator"/> does with a corpus, and removes
/// nothing: what was learnt is learnt, and a score is printed with how much of its test sentences was.
/// </summary>
public static class TrainingSetContamination
{
    /// <summary>Reads the entries once and writes the report.</summary>
    /// <param name="texts">The test sentences.</param>
    /// <param name="entries">Every line of every segment is compared.</param>
    /// <param name="reportPath">Takes the report; see <see cref="ContaminationReport"/>.</param>
    /// <param name="events">Progress.</param>
    /// <param name="cancellation">Stops between blocks of entries.</param>
    /// <exception cref="RequestException">There are no test sentences.</exception>
    public static ContaminationTotal Measure(
        IReadOnlyList<TestText> texts, IEnumerable<TrainingEntry> entries, string reportPath, IRunEvents events,
        CancellationToken cancellation)
    {
        var decontaminator = new Decontaminator(texts, new() { ReportOnly = true });
        var report = decontaminator.NewReport();
        using (var progress = events.Begin("contamination", 0, "entry"))
        {
            var parts = entries.Chunk(CorpusPart.PairsInBlock).Index();
            foreach (var part in OrderedWork.Do(
                parts, Math.Clamp(Environment.ProcessorCount, 1, 16), part => Judge(decontaminator, part.Index, part.Item)))
            {
                cancellation.ThrowIfCancellationRequested();
                report.Add(part);
                progress.Advance(part.Read);
            }
        }

        AtomicFile.WriteAllText(reportPath, report.ToJson() + "\n");
        return report.Total;
    }

    private static JudgedPart Judge(Decontaminator decontaminator, int block, TrainingEntry[] entries)
    {
        List<RemovedPair> hits = [];
        foreach (var (place, entry) in entries.Index())
        {
            // A prompt holds its source sentence on a line of its own.
            string[] lines = [.. entry.Segments.SelectMany(segment => segment.Text.Split('\n'))];
            var pair = new SentencePair(
                entry.Segments[0].Text, entry.Segments.Count > 1 ? entry.Segments[1].Text : "", entry.Origin);
            if (decontaminator.JudgeTexts(pair, lines) is { Reason: { } reason } verdict)
                hits.Add(new(((long)block * CorpusPart.PairsInBlock) + place, reason, verdict.Detail, pair));
        }

        return new(0, block, entries.Length, [], hits, new());
    }
}
