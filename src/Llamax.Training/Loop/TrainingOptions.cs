using Llamax.Runs;
using Llamax.Training.Optimizers;
using Llamax.Training.Schedules;

namespace Llamax.Training.Loop;

/// <summary>How a model is trained. What the paper states (appendix C) is the default: learning rate 2e-5, one epoch.</summary>
public sealed record TrainingOptions
{
    /// <summary>Optimiser steps; null = see <see cref="Epochs"/> and <see cref="TokenBudget"/>.</summary>
    public int? Steps { get; init; }

    /// <summary>Passes over the corpus, fractions allowed; one where no duration is given. The last step takes what is left.</summary>
    public double? Epochs { get; init; }

    /// <summary>Tokens to read, padding excluded, rounded up to whole blocks.</summary>
    public long? TokenBudget { get; init; }

    /// <summary>Blocks that go through the model at once: more memory, fewer and larger operations.</summary>
    public int BlocksPerMicroBatch { get; init; } = 1;

    /// <summary>
    /// Micro-batches whose gradients are summed before the optimiser moves. 1 × 8 and 8 × 1 blocks are the same step, to rounding.
    /// </summary>
    public int MicroBatches { get; init; } = 1;

    /// <summary>
    /// Micro-batches that run at the same time, each on its share of the threads and with a gradient of its own. Where a model is too
    /// small to keep several threads busy with one product, this does; it costs the memory of so many micro-batches and gradients.
    /// </summary>
    public int Workers { get; init; } = 1;

    /// <summary>
    /// Computes the inside of every layer a second time in the backward pass instead of keeping it: a third more work, and the memory of
    /// one layer's activations instead of all.
    /// </summary>
    public bool RecomputeActivations { get; init; }

    /// <summary>Learning rate at the end of the warm-up.</summary>
    public double LearningRate { get; init; } = 2e-5;

    /// <summary>Steps of linear warm-up; null = 3 % of the steps.</summary>
    public int? WarmupSteps { get; init; }

    public ScheduleShape Schedule { get; init; } = ScheduleShape.Cosine;

    /// <summary>Floor of the learning rate as a share of <see cref="LearningRate"/>, 0 to 1.</summary>
    public double MinimumRatio { get; init; }

    /// <summary>The last part of the run, in which the schedule <c>warmupStableDecay</c> falls; above 0, at most 1.</summary>
    public double DecayShare { get; init; } = 0.1;

    /// <summary>Decoupled weight decay; LLaMA 2's value is 0.1.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Whether norms and biases decay as well; usually only matrices do.</summary>
    public bool DecayAllParameters { get; init; }

    /// <summary>Decay of AdamW's first moment; LLaMA 2's value is 0.9.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of AdamW's second moment; LLaMA 2's value is 0.95.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest norm of the gradient over all parameters; 0 = no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    /// <summary>Decides the order of the blocks and, without an initial model, the first weights.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Steps between checkpoints; 0 = none by steps.</summary>
    public int CheckpointEverySteps { get; init; } = 500;

    /// <summary>Time between checkpoints, checked after every step; null = none by time.</summary>
    public TimeSpan? CheckpointInterval { get; init; }

    /// <summary>Newest checkpoints that stay on disk, at least 1; 2 survive one that the disk spoiled.</summary>
    public int KeepCheckpoints { get; init; } = 2;

    /// <summary>Steps between lines of the log that split the loss by kind and by language; 0 = none.</summary>
    public int LogEvery { get; init; } = 50;

    /// <summary>Steps between runs of the validation probes, which also run after the last step; 0 = only then.</summary>
    public int ValidateEvery { get; init; }

    /// <summary>
    /// The value of a validation that says how good the model is, for example <c>dev/loss</c>; null = none. Of names with <c>loss</c> or
    /// <c>perplexity</c> in them less is better, of others more.
    /// </summary>
    public string? Metric { get; init; }

    /// <summary>Ends the run after so many validations in a row that do not improve <see cref="Metric"/>; 0 = never.</summary>
    public int StopAfter { get; init; }

    /// <summary>Whether the result is the model whose <see cref="Metric"/> was best, and not the last one.</summary>
    public bool KeepBest { get; init; }

    /// <summary>
    /// What moves, of <c>embeddings</c>, <c>head</c>, <c>finalNorm</c> and <c>layers:0-7</c> (both ends included); empty = everything. A
    /// tied head is the embeddings. Training the layers near the embeddings first and the far ones afterwards are two phases.
    /// </summary>
    public IReadOnlyList<string> Trained { get; init; } = [];

    /// <summary>
    /// Trains an adapter beside the frozen weights; null = the weights themselves. The result is the merged model, and the adapter alone in
    /// <c>adapter/</c>.
    /// </summary>
    public LoraOptions? Lora { get; init; }

    /// <summary>How long a rank waits for another one before it ends the job with a message; the launcher then ends the rest.</summary>
    public TimeSpan RankPatience { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>
    /// Threads of libtorch; 0 = its own choice. Another count rounds differently, so a run that must be repeatable to the bit names it.
    /// </summary>
    public int Threads { get; init; }

    /// <summary>Threads of one tensor operation, such that all workers together use <see cref="Threads"/>.</summary>
    internal int ThreadsOfAWorker => Workers == 1 ? Threads : Math.Max(1, (Threads > 0 ? Threads : Environment.ProcessorCount) / Workers);

    internal AdamWOptions AdamW => new()
    {
        WeightDecay = WeightDecay,
        DecayAllParameters = DecayAllParameters,
        Beta1 = Beta1,
        Beta2 = Beta2,
        Epsilon = Epsilon,
        ClipNorm = ClipNorm,
    };

    /// <summary>The learning rate over a run whose length is known.</summary>
    /// <exception cref="RequestException">The warm-up is longer than the run.</exception>
    internal LearningRateSchedule ScheduleFor(int steps)
    {
        var warmup = WarmupSteps ?? (int)Math.Ceiling(0.03 * steps);
        if (warmup > steps)
        {
            OptionProblem.ThrowIfAny(
                "training options",
                [new("warmupSteps", warmup, $"must not exceed the {steps} steps of the run", "leave it out for 3 % of the steps")]);
        }

        return new(LearningRate, warmup, steps, MinimumRatio, Schedule, DecayShare);
    }

    public IEnumerable<OptionProblem> Problems()
    {
        if (new object?[] { Steps, Epochs, TokenBudget }.Count(given => given is not null) > 1)
            yield return new("steps", Steps, "only one of steps, epochs and tokenBudget may be given", "keep one of them");
        if (Steps < 1)
            yield return new("steps", Steps, "must be at least 1", "leave it out for one epoch");
        if (Epochs is { } epochs && !(epochs > 0 && epochs <= 1e6))
            yield return new("epochs", epochs, "must be above 0 and at most 1,000,000", "use 1, the paper's value");
        if (TokenBudget < 1)
            yield return new("tokenBudget", TokenBudget, "must be at least 1", "leave it out for one epoch");
        if (BlocksPerMicroBatch is < 1 or > 65536)
            yield return new("blocksPerMicroBatch", BlocksPerMicroBatch, "must be 1 to 65536", "use 1, which needs the least memory");
        if (MicroBatches is < 1 or > 65536)
            yield return new("microBatches", MicroBatches, "must be 1 to 65536", "use 1 for no accumulation");
        if (Workers < 1 || Workers > Math.Max(1, MicroBatches))
        {
            yield return new(
                "workers", Workers, $"must be 1 to the number of micro-batches, {MicroBatches}", "split the step into more microBatches");
        }

        if (!(LearningRate > 0 && LearningRate <= 1))
            yield return new("learningRate", LearningRate, "must be above 0 and at most 1", "use 2e-5, the paper's value");
        if (WarmupSteps < 0)
            yield return new("warmupSteps", WarmupSteps, "must not be negative", "leave it out for 3 % of the steps");
        if (WarmupSteps > Steps)
            yield return new("warmupSteps", WarmupSteps, $"must not exceed the {Steps} steps", "leave it out for 3 % of the steps");
        if (!Enum.IsDefined(Schedule))
            yield return new("schedule", Schedule, "is no known schedule", "use cosine, linear, constant, inverseSquareRoot or warmupStableDecay");
        if (!(MinimumRatio >= 0 && MinimumRatio <= 1))
            yield return new("minimumRatio", MinimumRatio, "must be 0 to 1", "use 0.1 to end at a tenth of the learning rate");
        if (!(DecayShare > 0 && DecayShare <= 1))
            yield return new("decayShare", DecayShare, "must be above 0 and at most 1", "use 0.1 for the last tenth of the run");
        foreach (var problem in AdamW.Problems())
            yield return problem;
        if (CheckpointEverySteps < 0)
            yield return new("checkpointEverySteps", CheckpointEverySteps, "must not be negative", "use 0 for none by steps");
        if (CheckpointInterval <= TimeSpan.Zero)
            yield return new("checkpointInterval", CheckpointInterval, "must be longer than nothing", "use 00:30:00 for half an hour");
        if (KeepCheckpoints < 1)
            yield return new("keepCheckpoints", KeepCheckpoints, "must be at least 1", "use 2, so that a spoiled one costs little");
        if (LogEvery < 0)
            yield return new("logEvery", LogEvery, "must not be negative", "use 0 for no losses by kind and language");
        if (ValidateEvery < 0)
            yield return new("validateEvery", ValidateEvery, "must not be negative", "use 0 to validate after the last step only");
        if (StopAfter < 0)
            yield return new("stopAfter", StopAfter, "must not be negative", "use 0 to train to the end");
        if ((StopAfter > 0 || KeepBest) && (Metric is null || ValidateEvery < 1))
        {
            yield return new(
                StopAfter > 0 ? "stopAfter" : "keepBest", StopAfter > 0 ? StopAfter : "true", "needs metric and validateEvery",
                "set metric: dev/loss and validateEvery: 500");
        }

        foreach (var part in Trained.Where(part => !TrainedPart.IsKnown(part)))
        {
            yield return new(
                "trained", part, "is no part of a model", "use embeddings, head, finalNorm or layers:FIRST-LAST, for example layers:0-7");
        }

        if (Lora is not null && Trained.Count > 0)
            yield return new("lora", "(given)", "cannot be combined with trained", "keep one of them");
        foreach (var problem in Lora?.Problems() ?? [])
            yield return problem with { Option = $"lora.{problem.Option}" };
        if (RankPatience < TimeSpan.FromSeconds(1))
            yield return new("rankPatience", RankPatience, "must be at least a second", "use 00:30:00 for half an hour");
        if (Threads is < 0 or > 4096)
            yield return new("threads", Threads, "must be 0 to 4096", "use 0 to let libtorch choose");
    }
}
