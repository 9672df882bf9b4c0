using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Runs;
using Llamax.Training.Loop;
using Llamax.Training.Objectives;

namespace Llamax.Training.Resuming;

/// <summary>Everything that decides the weights a run ends with. A checkpoint keeps it, and a resumed run must bring the same.</summary>
public sealed record TrainingSettings
{
    /// <summary>Options that decide when things are written, not what.</summary>
    private static readonly string[] Free =
    [
        nameof(TrainingOptions.CheckpointEverySteps), nameof(TrainingOptions.CheckpointInterval), nameof(TrainingOptions.KeepCheckpoints),
        nameof(TrainingOptions.RankPatience),
    ];

    public required TrainingOptions Options { get; init; }

    /// <summary>The preference objective; null = equation 1.</summary>
    public ObjectiveOptions? Objective { get; init; }

    /// <summary>Fingerprint of the initial model's folder, or of the configuration of a new one.</summary>
    public required string Start { get; init; }

    /// <summary>Fingerprint of the packed corpus.</summary>
    public required string Corpus { get; init; }

    /// <summary>Fingerprint of the tokenizer that packed the corpus.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Type of the weights while training.</summary>
    public required string DataType { get; init; }

    /// <summary>Kind of device: another one rounds differently.</summary>
    public required string Device { get; init; }

    /// <summary>Names of the probes, whose values are part of the log.</summary>
    public required IReadOnlyList<string> Probes { get; init; }

    /// <summary>Refuses to continue a run that these settings would turn into another one.</summary>
    /// <param name="earlier">Settings the checkpoint was written with.</param>
    /// <param name="where">The checkpoint.</param>
    /// <exception cref="RequestException">At least one setting differs; all are named with both values.</exception>
    public void ThrowIfOther(TrainingSettings earlier, string where)
    {
        var differences = new List<string>();
        string[] free = [.. Free.Select(TrainingFormat.Json.PropertyNamingPolicy!.ConvertName)];
        Compare(ToNode(earlier.Options), ToNode(Options), free, differences);
        Compare(ToNode(earlier), ToNode(this), ["options"], differences);
        if (differences.Count > 0)
        {
            throw new RequestException(
                $"the run in this folder was started with other settings ({string.Join("; ", differences)})", where,
                "use the earlier values to continue it, or another folder for another run");
        }
    }

    private static JsonObject ToNode<T>(T value) => JsonSerializer.SerializeToNode(value, TrainingFormat.Json)!.AsObject();

    private static void Compare(JsonObject earlier, JsonObject now, string[] ignored, List<string> differences)
    {
        foreach (var (name, value) in now)
            if (!ignored.Contains(name) && !JsonNode.DeepEquals(earlier[name], value))
                differences.Add($"{name} was {Show(earlier[name])}, is {Show(value)}");
    }

    private static string Show(JsonNode? value) => value?.ToJsonString() ?? "not given";
}
