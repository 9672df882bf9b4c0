using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Loop;

namespace Llamax.Training.KillTarget;

/// <summary>A run that takes seconds, with everything in it that must survive a kill.</summary>
public static class TinyRun
{
    public static CausalConfig Configuration { get; } = new()
    {
        Architecture = "LlamaForCausalLM",
        VocabularySize = 64,
        HiddenSize = 32,
        IntermediateSize = 48,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 8,
        MaxPositions = 64,
        RopeTheta = 10000,
        NormEpsilon = 1e-5,
    };

    public static TrainingOptions Options { get; } = new()
    {
        Steps = 40,
        BlocksPerMicroBatch = 2,
        MicroBatches = 2,
        LearningRate = 3e-3,
        CheckpointEverySteps = 7,
        LogEvery = 5,
        ValidateEvery = 10,
        Threads = 1,
    };

    public static TrainingOptions ThousandSteps { get; } =
        Options with { Steps = 1000, MicroBatches = 1, CheckpointEverySteps = 100, ValidateEvery = 100 };

    /// <summary>For up to four ranks; a rank that hangs is noticed soon.</summary>
    public static TrainingOptions Shared { get; } =
        Options with { BlocksPerMicroBatch = 1, MicroBatches = 4, RankPatience = TimeSpan.FromSeconds(10) };

    public static TrainingRun In(string folder, IPackedCorpus corpus) => new()
    {
        Folder = folder,
        Corpus = corpus,
        Configuration = Configuration,
        Options = Options,
        Probes = [new DevLossProbe("dev", new DrawnCorpus(99, 32, 3))],
    };
}
