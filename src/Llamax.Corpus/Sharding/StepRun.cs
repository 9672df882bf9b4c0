using System.Diagnostics;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Sharding;

/// <summary>
/// Runs a step over a corpus: whole, one shard of it, or the merging of all shards. The bytes of the outputs are the same whichever
/// way, with any number of threads, and after any number of kills: every file appears whole or not at all.
/// </summary>
public static class StepRun
{
    /// <summary>Runs a step that looks at each pair alone.</summary>
    /// <returns>The report; null where only a shard was done.</returns>
    /// <exception cref="RequestException">The request is wrong, an input cannot be read, or shards are missing.</exception>
    public static StepReport? Run(
        StepRequest request, ICorpusStep step, MalformedLines malformed, IRunEvents events, CancellationToken cancellation) =>
        Run(request, step.Reasons, shard => Judge(request, step, shard, malformed, cancellation), _ => { }, malformed, events);

    internal static IEnumerable<JudgedPart> Judge(
        StepRequest request, ICorpusStep step, Shard shard, MalformedLines malformed, CancellationToken cancellation) =>
        OrderedWork.Do(
            CorpusPart.Of(request.Inputs, shard, malformed, cancellation), request.Threads, part => JudgedPart.Of(part, step));

    /// <param name="request">What to read and write.</param>
    /// <param name="reasons">The reasons that may occur.</param>
    /// <param name="judge">The judged parts of a shard, in order.</param>
    /// <param name="observe">Sees every part of the corpus in order, where the output is written.</param>
    /// <param name="malformed">The readers' counter.</param>
    /// <param name="events">Progress.</param>
    internal static StepReport? Run(
        StepRequest request, IReadOnlyList<string> reasons, Func<Shard, IEnumerable<JudgedPart>> judge, Action<JudgedPart> observe,
        MalformedLines malformed, IRunEvents events)
    {
        OptionProblem.ThrowIfAny(request.Command, request.Problems());
        var started = Stopwatch.GetTimestamp();
        if (request.Shard is { } shard)
        {
            using var progress = events.Begin($"{request.Command} {shard}", 0, Unit(request));
            ShardFile.Write(ShardFile.PathOf(request.OutputName, shard), request.Key, Counted(judge(shard), progress), malformed);
            return null;
        }

        var folder = StepFolder.Of(request);
        var report = new StepReport(reasons, request.Seed, request.SamplesPerReason);
        var refused = new MalformedLines();
        long merged = 0;
        var parts = request.Merge is { } shards
            ? ShardFile.ReadAll(request.OutputName, shards, request.Key, count => merged = MergeMalformed(merged, count, request, shards))
            : judge(Shard.Whole);
        using (var progress = events.Begin(request.Command, 0, Unit(request)))
            StepOutput.Write(request, Observed(Counted(parts, progress)), refused);
        report.TakeBack(refused);
        report.Malformed = request.Merge is null ? malformed.Count : merged;
        folder.Finish(report, Stopwatch.GetElapsedTime(started).TotalSeconds);
        return report;

        IEnumerable<JudgedPart> Observed(IEnumerable<JudgedPart> all)
        {
            foreach (var part in all)
            {
                report.Add(part);
                observe(part);
                yield return part;
            }
        }
    }

    // Shards of few files read through all of them, and each counts every malformed line.
    private static long MergeMalformed(long sum, long count, StepRequest request, int shards) =>
        request.Inputs.Count >= shards ? sum + count : count;

    private static IEnumerable<JudgedPart> Counted(IEnumerable<JudgedPart> parts, IRunStep progress)
    {
        foreach (var part in parts)
        {
            progress.Advance(part.Read);
            yield return part;
        }
    }

    private static string Unit(StepRequest request) => request.IsParallel ? "pair" : "line";
}
