using System.Text.Json.Serialization;
using Llamax.Training.Resuming;

namespace Llamax.Training.Loop;

/// <summary>What a finished run leaves: everything a manifest needs but the wall time, which would differ after an interruption.</summary>
public sealed record TrainingResult
{
    /// <summary>Name of the model's folder inside the training folder.</summary>
    public string ModelFolder { get; init; } = "model";

    /// <summary>Optimiser steps.</summary>
    public required int Steps { get; init; }

    /// <summary>Tokens read, padding excluded.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens learnt.</summary>
    public required long LossTokens { get; init; }

    /// <summary>Mean loss of the last step (natural logarithm), before its update; null when no token of it was learnt.</summary>
    public required double? LastLoss { get; init; }

    /// <summary>Values of the probes after the last step, as <c>dev/loss</c>.</summary>
    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    public SortedDictionary<string, double> Probes { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Step at which the metric was best; null where none was chosen. The model is that one where it was to be kept.</summary>
    public int? BestStep { get; init; }

    /// <summary>What decided the result: options, fingerprints, data type.</summary>
    public required TrainingSettings Settings { get; init; }

    /// <summary>SHA-256 of the files in the model's folder, by name.</summary>
    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    public SortedDictionary<string, string> Files { get; init; } = new(StringComparer.Ordinal);
}
