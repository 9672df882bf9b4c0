using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Evaluation.Reporting;

/// <summary>A point of a loss curve.</summary>
/// <param name="Step">Optimiser steps taken.</param>
/// <param name="Loss">Mean over the learnt tokens, in nats.</param>
public sealed record LossPoint(long Step, double Loss);

/// <summary>The loss of one training stage, in training or on held-out text.</summary>
/// <param name="Name">For example <c>continual pre-training</c>.</param>
/// <param name="HeldOut">Whether the text was not trained on; drawn dashed.</param>
/// <param name="Points">In the order of the steps.</param>
public sealed record LossCurve(string Name, bool HeldOut, IReadOnlyList<LossPoint> Points)
{
    private const string Line = "a JSON object with step and loss";

    /// <summary>
    /// Reads the log of a training stage, one JSON object per line with <c>step</c> and <c>loss</c>; lines with a <c>probe</c> make
    /// a held-out curve of the probe's name.
    /// </summary>
    /// <param name="path">The log; its last line may still be under way.</param>
    /// <param name="stage">What the report calls the stage.</param>
    /// <returns>The training curve, then one per probe in order of appearance; curves without a point are left out.</returns>
    /// <exception cref="RequestException">A line is not such an object.</exception>
    public static IReadOnlyList<LossCurve> ReadLog(string path, string stage)
    {
        var read = LogLines.Read(path, Line, json =>
        {
            var step = json.GetProperty("step").GetInt64();
            // A loss that is not a finite number is logged as null, and a probe need not measure a loss.
            return (Probe: Probe(json), Loss: json.TryGetProperty("loss", out var loss) ? Point(step, loss) : null);
        });
        return Curves(read.Where(line => line.Loss is not null).Select(line => (line.Probe, line.Loss!)), stage);
    }

    /// <summary>Reads the losses of a stage's log that are split: by <c>kinds</c> or by <c>languages</c>, in training and by probes.</summary>
    /// <returns>By kind or language, in ordinal order: the training curve, then one per probe.</returns>
    /// <exception cref="RequestException">A line is not such an object.</exception>
    public static IReadOnlyList<LossCurve> ReadParts(string path, string part)
    {
        var prefix = $"loss/{part}/";
        var read = LogLines.Read(path, Line, json =>
        {
            var step = json.GetProperty("step").GetInt64();
            var inTraining = json.TryGetProperty(part, out var split)
                ? split.EnumerateObject().Select(one => (Name: one.Name, Probe: "", Point: Point(step, one.Value.GetProperty("loss"))))
                : [];
            var heldOut = json.EnumerateObject().Where(value => value.Name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(value => (Name: value.Name[prefix.Length..], Probe: Probe(json), Point: Point(step, value.Value)));
            return inTraining.Concat(heldOut).ToList();
        });
        return [.. read.SelectMany(line => line).Where(one => one.Point is not null)
            .GroupBy(one => one.Name).OrderBy(group => group.Key, StringComparer.Ordinal)
            .SelectMany(group => Curves(group.Select(one => (one.Probe, one.Point!)), group.Key))];
    }

    private static IReadOnlyList<LossCurve> Curves(IEnumerable<(string Probe, LossPoint Point)> points, string name) =>
        [.. points.GroupBy(one => one.Probe).OrderBy(group => group.Key.Length > 0).Select(group => new LossCurve(
            group.Key.Length == 0 ? name : $"{name}, {group.Key}", group.Key.Length > 0, [.. group.Select(one => one.Point)]))];

    private static string Probe(JsonElement json) => json.TryGetProperty("probe", out var name) ? name.GetString() ?? "" : "";

    private static LossPoint? Point(long step, JsonElement loss) => loss.ValueKind == JsonValueKind.Null ? null : new(step, loss.GetDouble());
}
