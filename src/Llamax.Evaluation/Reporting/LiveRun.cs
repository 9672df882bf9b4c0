using System.Globalization;
using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Evaluation.Reporting;

/// <summary>
/// What can be seen of a run while it trains: the files that its phases write as they go (log, timing, samples), made into a document whose
/// page loads itself anew.
/// </summary>
public static class LiveRun
{
    private const int RefreshSeconds = 10;
    private const int SamplesShown = 12;

    /// <summary>Whether a folder is that of a run that has begun to train.</summary>
    public static bool IsThere(string folder) => Phases(folder).Any();

    /// <summary>Reads a run's folder as it is now.</summary>
    /// <exception cref="RequestException">A line of its files is broken.</exception>
    public static ReportDocument Read(string folder)
    {
        var phases = Phases(folder).ToList();
        return new()
        {
            Title = Path.GetFileName(Path.GetFullPath(folder)),
            Summary = "The run as it is now. This page loads itself anew every 10 seconds.",
            RefreshSeconds = RefreshSeconds,
            Facts = [.. phases.Select(phase => new ReportFact(Path.GetFileName(phase), Rate(phase)))],
            LossCurves = [.. phases.SelectMany(phase => LossCurve.ReadLog(Log(phase), Path.GetFileName(phase)))],
            LossGroups = [.. phases.SelectMany(Groups)],
            Samples = phases.Select(Samples).LastOrDefault(samples => samples.Count > 0) ?? [],
        };
    }

    // In the order in which they began.
    private static IEnumerable<string> Phases(string folder) => Directory.Exists(Path.Combine(folder, "phases"))
        ? Directory.EnumerateDirectories(Path.Combine(folder, "phases")).Where(phase => File.Exists(Log(phase)))
            .OrderBy(phase => File.GetCreationTimeUtc(Path.Combine(phase, "stage.key"))).ThenBy(phase => phase, StringComparer.Ordinal)
        : [];

    private static string Log(string phase) => Path.Combine(phase, "log.jsonl");

    private static IEnumerable<LossGroup> Groups(string phase)
    {
        foreach (var (part, name) in new[] { ("kinds", "kind"), ("languages", "language") })
        {
            if (LossCurve.ReadParts(Log(phase), part) is { Count: > 0 } curves)
                yield return new($"{Path.GetFileName(phase)}, by {name}", curves);
        }
    }

    private static string Rate(string phase)
    {
        var lines = LogLines.Read(Path.Combine(phase, "timing.jsonl"), "a line of a timing file", json => (
            Step: json.GetProperty("step").GetInt64(), Steps: Number(json, "steps"), Rate: Number(json, "tokens_per_second"),
            Share: Number(json, "share_of_peak")));
        if (lines.Count == 0)
            return "has begun";
        var (step, steps, rate, share) = lines[^1];
        return string.Create(
            CultureInfo.InvariantCulture, $"step {step:N0} of {steps:N0}, {rate:N0} tokens/s, {100 * share:0} % of the matrix-product peak");
    }

    private static double Number(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.GetDouble() : double.NaN;

    // Every sentence with what the model made of it at the first, a middle and the last time.
    private static List<ReportSample> Samples(string phase)
    {
        var lines = LogLines.Read(Path.Combine(phase, "samples.jsonl"), "a line of samples", json => (
            Step: json.GetProperty("step").GetInt64(), Source: Text(json, "source"), Target: Text(json, "target"), Text: Text(json, "text"),
            Reference: Text(json, "reference"), Hypothesis: Text(json, "hypothesis")));
        return [.. lines.GroupBy(line => (line.Source, line.Target, line.Text, line.Reference)).Take(SamplesShown).Select(group =>
        {
            var all = group.ToList();
            var shown = new[] { all[0], all[all.Count / 2], all[^1] }.DistinctBy(line => line.Step);
            return new ReportSample(
                group.Key.Source, group.Key.Target, true, group.Key.Text, group.Key.Reference,
                [.. shown.Select(line => new SampleHypothesis(
                    string.Create(CultureInfo.InvariantCulture, $"step {line.Step:N0}"), line.Hypothesis))]);
        })];
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString() ?? "";
}
