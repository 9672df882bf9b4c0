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
    /// <summary>
    /// Reads the log of a training stage, one JSON object per line with <c>step</c> and <c>loss</c>; lines with a <c>probe</c> make
    /// a held-out curve of the probe's name.
    /// </summary>
    /// <param name="path">The log.</param>
    /// <param name="stage">What the report calls the stage.</param>
    /// <returns>The training curve, then one per probe in order of appearance; curves without a point are left out.</returns>
    /// <exception cref="RequestException">A line is not such an object.</exception>
    public static IReadOnlyList<LossCurve> ReadLog(string path, string stage)
    {
        var points = new Dictionary<string, List<LossPoint>> { [""] = [] };
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            try
            {
                using var json = JsonDocument.Parse(line);
                var probe = json.RootElement.TryGetProperty("probe", out var name) ? name.GetString() ?? "" : "";
                // A loss that is not a finite number is logged as null, and a probe need not measure a loss.
                if (!json.RootElement.TryGetProperty("loss", out var loss) || loss.ValueKind == JsonValueKind.Null)
                    continue;
                if (!points.TryGetValue(probe, out var curve))
                    points.Add(probe, curve = []);
                curve.Add(new(json.RootElement.GetProperty("step").GetInt64(), loss.GetDouble()));
            }
            catch (Exception failure)
                when (failure is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
            {
                throw new RequestException(
                    $"not a JSON object with step and loss: {failure.Message}", $"{path}, line {number}", "delete the line", failure);
            }
        }

        return [.. points.Where(p => p.Value.Count > 0)
            .Select(p => new LossCurve(p.Key.Length == 0 ? stage : $"{stage}, {p.Key}", p.Key.Length > 0, p.Value))];
    }
}
