using System.Text.Json;
using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Statistics;

/// <summary>What a step of <c>llamax corpus</c> had removed: its report, or the lines that it kept with <c>--rejected</c>.</summary>
public static class RemovedReport
{
    private const int Samples = 3;

    /// <summary>The report beside a step's output; null where there is none.</summary>
    public static string? Beside(string output) => File.Exists(output + ".report.json") ? output + ".report.json" : null;

    /// <summary>Reads <c>OUT.report.json</c> or a file of rejected lines, by what is in it.</summary>
    /// <returns>The most frequent reason first.</returns>
    /// <exception cref="RequestException">It is neither.</exception>
    public static IReadOnlyList<RemovedReason> Read(string path)
    {
        if (!File.Exists(path))
            throw new RequestException("there is no such file", path, "name a FILE.report.json, or what --rejected wrote");
        return path.EndsWith(".report.json", StringComparison.Ordinal) ? Sorted(OfReport(path)) : Sorted(OfLines(path));
    }

    /// <summary>Several reports as one.</summary>
    public static IReadOnlyList<RemovedReason> Sum(IEnumerable<IReadOnlyList<RemovedReason>> reports) => Sorted(
        reports.SelectMany(report => report).GroupBy(reason => reason.Reason).Select(reasons => new RemovedReason(
            reasons.Key, reasons.Sum(reason => reason.Count), [.. reasons.SelectMany(reason => reason.Samples).Take(Samples)])));

    private static List<RemovedReason> Sorted(IEnumerable<RemovedReason> reasons) =>
        [.. reasons.OrderByDescending(reason => reason.Count).ThenBy(reason => reason.Reason, StringComparer.Ordinal)];

    private static List<RemovedReason> OfReport(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            return [.. document.RootElement.GetProperty("removed").EnumerateObject().Select(reason => new RemovedReason(
                reason.Name, reason.Value.GetProperty("count").GetInt64(),
                [.. reason.Value.GetProperty("samples").EnumerateArray().Take(Samples).Select(Sample)]))];
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new RequestException("this is no report of a step", path, "name the FILE.report.json beside a step's output", error);
        }
    }

    private static IEnumerable<RemovedReason> OfLines(string path)
    {
        var counts = new Dictionary<string, (long Count, List<RemovedText> Samples)>(StringComparer.Ordinal);
        foreach (var line in CorpusFile.Lines(path, new MalformedLines(strict: true)))
        {
            try
            {
                using var document = JsonDocument.Parse(line.Text!);
                var reason = document.RootElement.GetProperty("reason").GetString()!;
                var (count, samples) = counts.TryGetValue(reason, out var before) ? before : (0, []);
                if (samples.Count < Samples)
                    samples.Add(Sample(document.RootElement));
                counts[reason] = (count + 1, samples);
            }
            catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException)
            {
                throw new RequestException(
                    "this is no removed line with its reason", CorpusFile.Origin(path, line.Number), "name a file that --rejected wrote", error);
            }
        }

        return counts.Select(reason => new RemovedReason(reason.Key, reason.Value.Count, reason.Value.Samples));
    }

    private static RemovedText Sample(JsonElement sample)
    {
        string Text(string name) => sample.TryGetProperty(name, out var value) ? value.ToString() : "";
        var origin = sample.TryGetProperty("origin", out var one) ? one.ToString() : $"{Text("file")}:{Text("line")}";
        return new(origin, sample.TryGetProperty("text", out var alone) ? [alone.ToString()] : [Text("source"), Text("target")]);
    }
}
