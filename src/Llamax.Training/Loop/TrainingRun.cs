using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Collectives;
using Llamax.Training.Objectives;
using TorchSharp;

namespace Llamax.Training.Loop;

/// <summary>
/// What is trained, on what, and where it goes. Continual pre-training and instruction tuning differ in the corpus alone: the
/// second starts from the model of the first, weights only, with a fresh optimiser.
/// </summary>
public sealed record TrainingRun
{
    /// <summary>
    /// The training folder: <c>model/</c> when done, <c>checkpoints/</c>, <c>log.jsonl</c>, <c>timing.jsonl</c>, <c>result.json</c>.
    /// A folder with checkpoints of the same run is continued.
    /// </summary>
    public required string Folder { get; init; }

    /// <summary>What is learnt; the caller disposes it.</summary>
    public required IPackedCorpus Corpus { get; init; }

    public required TrainingOptions Options { get; init; }

    /// <summary>What is learnt from a corpus of preference pairs; null = equation 1, the tokens that the corpus marks.</summary>
    public ObjectiveOptions? Objective { get; init; }

    /// <summary>A Hugging Face folder whose weights are the start; null = random weights for <see cref="Configuration"/>.</summary>
    public string? InitialModel { get; init; }

    /// <summary>The shape of a new model; exactly one of this and <see cref="InitialModel"/> is given.</summary>
    public CausalConfig? Configuration { get; init; }

    /// <summary>
    /// Files that belong beside the weights, above all the tokenizer's; those of <see cref="InitialModel"/> are found without being named.
    /// </summary>
    public IReadOnlyList<string> CompanionFiles { get; init; } = [];

    /// <summary>Type of the weights while training; anything but fp32 keeps fp32 master weights in the optimiser.</summary>
    public torch.ScalarType DataType { get; init; } = torch.ScalarType.Float32;

    public torch.Device Device { get; init; } = torch.CPU;

    /// <summary>Run every <see cref="TrainingOptions.ValidateEvery"/> steps and after the last one.</summary>
    public IReadOnlyList<IValidationProbe> Probes { get; init; } = [];

    /// <summary>The processes that share the work; all of them make the same call. The caller disposes it.</summary>
    public ICollective Ranks { get; init; } = new SoleRank();

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
