using System.Text.Json.Serialization;
using Llamax.Training.Loop;

namespace Llamax.Training.Resuming;

/// <summary>Where a run stands: what a checkpoint holds beside weights and moments. The step is the cursor of data and schedule.</summary>
internal sealed record TrainingState
{
    public const int CurrentFormat = 2;

    public int Format { get; init; } = CurrentFormat;

    /// <summary>Optimiser steps taken.</summary>
    public required int Step { get; init; }

    /// <summary>Tokens read, padding excluded.</summary>
    public required long Tokens { get; init; }

    /// <summary>Tokens learnt.</summary>
    public required long LossTokens { get; init; }

    /// <summary>Loss of the last step.</summary>
    public required double? LastLoss { get; init; }

    /// <summary>Bytes of the log up to here: what follows belongs to steps that are taken again.</summary>
    public required long LogLength { get; init; }

    /// <summary>Losses since the last log line that split them.</summary>
    public required LossTally Tally { get; init; }

    /// <summary>Step after which the probes last ran; 0 = never.</summary>
    public required int ProbedStep { get; init; }

    /// <summary>Values of the probes when they last ran.</summary>
    [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
    public SortedDictionary<string, double> Probes { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The best value of the metric so far; null = nothing measured yet, or no metric.</summary>
    public BestValue? Best { get; init; }

    public required TrainingSettings Settings { get; init; }

    /// <summary>Before the first step.</summary>
    public static TrainingState AtFirst(TrainingSettings settings) => new()
    {
        Step = 0,
        Tokens = 0,
        LossTokens = 0,
        LastLoss = null,
        LogLength = 0,
        Tally = new LossTally(),
        ProbedStep = 0,
        Settings = settings,
    };

    /// <summary>One step later; the log has grown, but <see cref="LogLength"/> is set when a checkpoint is written.</summary>
    public TrainingState After(StepOutcome outcome) => this with
    {
        Step = Step + 1,
        Tokens = Tokens + outcome.Tokens,
        LossTokens = LossTokens + outcome.LossTokens,
        LastLoss = outcome.Loss,
    };
}

/// <summary>The best value of a metric.</summary>
/// <param name="Step">Optimiser steps behind the model that has it.</param>
/// <param name="Value">The value.</param>
/// <param name="Since">Validations since then.</param>
internal sealed record BestValue(int Step, double Value, int Since);
