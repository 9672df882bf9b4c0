using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Loop;

namespace Llamax.Training.Planning;

/// <summary>What a training phase will take.</summary>
public sealed record TrainingPlan
{
    public required PlannedDevice Device { get; init; }

    /// <summary>Devices, each with a process of its own.</summary>
    public required int Ranks { get; init; }

    public required MemoryPlan Memory { get; init; }

    /// <summary>Tokens read; padding is counted where nobody knows yet how much there is.</summary>
    public required long Tokens { get; init; }

    public required long Steps { get; init; }

    /// <summary>Floating-point operations of a token, forward and backward.</summary>
    public required double FlopsPerToken { get; init; }

    /// <summary>Time on all devices together.</summary>
    public double Seconds => Tokens / TokensPerSecond;

    public double TokensPerSecond => Device.PeakFlops * Device.Utilization * Ranks / FlopsPerToken;

    /// <summary>The most that lies in the training folder: the checkpoints that are kept, the one being written, and the model.</summary>
    public required long DiskBytes { get; init; }

    /// <summary>Whether a device holds its part.</summary>
    public bool Fits => Memory.Peak <= Device.MemoryBytes;

    /// <param name="config">The model.</param>
    /// <param name="options">How it is trained.</param>
    /// <param name="data">How much is read.</param>
    /// <param name="isHalf">bf16 weights with fp32 masters, else fp32.</param>
    /// <param name="device">On what.</param>
    /// <param name="ranks">On how many of them.</param>
    public static TrainingPlan Of(
        CausalConfig config, TrainingOptions options, PlannedData data, bool isHalf, PlannedDevice device, int ranks)
    {
        ArgumentNullException.ThrowIfNull(config);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(device);
        var writes = options.CheckpointInterval is not null || (options.CheckpointEverySteps > 0 && options.CheckpointEverySteps < data.Steps);
        var memory = MemoryPlan.Of(config, options, data.BlockLength, isHalf, ranks, device, writes);
        return new()
        {
            Device = device,
            Ranks = ranks,
            Memory = memory,
            Tokens = data.Tokens,
            Steps = data.Steps,
            FlopsPerToken = StepFlops.PerToken(config, data.BlockLength, memory.TrainedParameters, options.RecomputeActivations),
            DiskBytes = (writes ? (options.KeepCheckpoints + 1) * memory.CheckpointBytes : 0) + memory.ModelBytes,
        };
    }
}

/// <summary>How much a phase reads.</summary>
/// <param name="BlockLength">Tokens of a block.</param>
/// <param name="Tokens">In all.</param>
/// <param name="Steps">Optimiser steps.</param>
public sealed record PlannedData(int BlockLength, long Tokens, long Steps)
{
    /// <summary>What a phase reads of a packed corpus.</summary>
    public static PlannedData Of(TrainingOptions options, IPackedCorpus corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var order = new DataOrder(options, corpus.Stages, corpus.TokenCount);
        return new(corpus.BlockLength, order.TokensFor(corpus.TokenCount), order.Steps);
    }
}
