using Llamax.Models.Causal;
using Llamax.Runs.Progress;
using Llamax.Training.Loop;
using Llamax.Training.Planning;
using TorchSharp;

namespace Llamax.Training.KillTarget;

/// <summary>A run that is large enough to weigh: its activations and weights outweigh the program.</summary>
/// <param name="Configuration">The model.</param>
/// <param name="Options">How it is trained.</param>
/// <param name="BlockLength">Tokens of a block.</param>
/// <param name="IsHalf">bf16, else fp32.</param>
public sealed record WeighedRun(CausalConfig Configuration, TrainingOptions Options, int BlockLength, bool IsHalf)
{
    private static readonly TrainingOptions ThreeSteps = new() { Steps = 3, WarmupSteps = 0, Threads = 1, CheckpointEverySteps = 2 };

    /// <summary>By the mode that names it.</summary>
    public static IReadOnlyDictionary<string, WeighedRun> All { get; } = new Dictionary<string, WeighedRun>
    {
        ["deep"] = new(Shape(256, 8, 4, 4096), ThreeSteps with { BlocksPerMicroBatch = 4 }, 256, false),
        ["deep-recomputed"] = new(
            Shape(256, 8, 4, 4096), ThreeSteps with { BlocksPerMicroBatch = 4, RecomputeActivations = true }, 256, false),
        ["wide-vocabulary"] = new(Shape(256, 2, 2, 64000), ThreeSteps with { CheckpointEverySteps = 0 }, 256, false),
        ["wide-vocabulary-half"] = new(Shape(256, 2, 2, 64000), ThreeSteps with { CheckpointEverySteps = 0 }, 256, true),
    };

    /// <summary>Trains and writes <c>[peak, planned]</c>, bytes, to standard output.</summary>
    public void Train(string folder)
    {
        using var corpus = new DrawnCorpus(5, BlockLength, 24, Configuration.VocabularySize);
        var type = IsHalf ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;
        var device = PlannedDevice.Here(type);
        var plan = MemoryPlan.Of(
            Configuration, Options, BlockLength, IsHalf, ranks: 1, device, writesCheckpoints: Options.CheckpointEverySteps > 0);
        var run = new TrainingRun { Folder = folder, Corpus = corpus, Configuration = Configuration, Options = Options, DataType = type };
        new Trainer(run, SilentEvents.Instance).Train();
        Console.WriteLine($"[{ResidentMemory.Peak}, {plan.Peak}]");
    }

    private static CausalConfig Shape(int hidden, int layers, int heads, int vocabulary) => TinyRun.Configuration with
    {
        VocabularySize = vocabulary,
        HiddenSize = hidden,
        IntermediateSize = hidden * 8 / 3 / 32 * 32,
        Layers = layers,
        Heads = heads,
        KeyValueHeads = heads,
        HeadSize = hidden / heads,
        MaxPositions = 512,
    };
}
