using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Training.Collectives;
using Llamax.Training.Loop;
using Llamax.Training.Optimizers;
using Llamax.Training.Planning;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Bench.TrainingStep;

/// <summary>What is measured in a process of its own: peaks of memory, and ranks.</summary>
internal static class StepChild
{
    public const string Verb = "training-step-child";

    private const double LearningRate = 1e-4;
    private static readonly AdamWOptions AdamW = new() { WeightDecay = 0.1, DecayAllParameters = true };

    /// <summary>
    /// Runs in the child: <c>memory plain</c>, <c>memory llamax</c>, <c>ranks STEPS THREADS</c> or <c>plain MODEL BLOCKS DOCUMENTS LEARN</c>;
    /// answers on standard output.
    /// </summary>
    public static int Run(string[] arguments)
    {
        switch (arguments)
        {
            case ["memory", var who]:
                Console.WriteLine(Weigh(isPlain: who == "plain"));
                return 0;
            case ["ranks", var steps, var threads]:
                Share(int.Parse(steps, CultureInfo.InvariantCulture), int.Parse(threads, CultureInfo.InvariantCulture));
                return 0;
            case ["plain", var folder, var blocks, var documents, var learnEvery]:
                TakePlainSteps(folder, int.Parse(blocks, CultureInfo.InvariantCulture), shape => shape.Corpus(
                    int.Parse(documents, CultureInfo.InvariantCulture), int.Parse(learnEvery, CultureInfo.InvariantCulture)));
                return 0;
            default:
                return 2;
        }
    }

    /// <summary>The plain model as one writes it first, in a process that nobody told to keep freed memory.</summary>
    public static StepPeer Plain(CausalModel model, StepShape shape, int documents, int learnEvery) => new(
        model, folder => [Environment.ProcessPath!, Verb, "plain", folder, $"{shape.Blocks}", $"{documents}", $"{learnEvery}"]);

    private static void TakePlainSteps(string folder, int blocks, Func<StepShape, PackedBlock[]> corpus)
    {
        TorchRuntime.SetThreads(1);
        var config = CausalConfig.FromJson(Path.Combine(folder, "config.json"));
        using var plain = new PlainLlama(config);
        using (var model = CausalModel.Load(folder, ScalarType.Float32, CPU))
            plain.CopyFrom(model);
        using var managed = optim.AdamW(plain.parameters(), LearningRate, AdamW.Beta1, AdamW.Beta2, AdamW.Epsilon, AdamW.WeightDecay);
        var batch = corpus(new(config, blocks));
        using var process = Process.GetCurrentProcess();
        Console.WriteLine($"ready {typeof(torch).Assembly.GetName().Version}");
        while (Console.ReadLine() is not null)
        {
            var loss = PlainStep.Take(plain, managed, batch, AdamW);
            process.Refresh();
            Console.WriteLine(FormattableString.Invariant($"{loss:R} {process.TotalProcessorTime.TotalSeconds:R}"));
        }
    }

    /// <summary>The most memory that two steps took, bytes.</summary>
    public static long Memory(string who) => long.Parse(Start([], "memory", who), CultureInfo.InvariantCulture);

    /// <summary>Seconds and loss of every step, of one process or of several.</summary>
    public static SharedSteps Ranks(int ranks, int steps, int threads)
    {
        string[] launcher = ranks == 1 ? [] : ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", $"{ranks}"];
        return JsonSerializer.Deserialize<SharedSteps>(Start(launcher, "ranks", $"{steps}", $"{threads}"))!;
    }

    private static string Start(string[] launcher, params string[] arguments)
    {
        string[] command = [.. launcher, Environment.ProcessPath!, Verb, .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true };
        start.Environment["TERM"] = "dumb";   // mpirun gives its processes a terminal, which .NET would greet
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{string.Join(' ', command)}: {process.ExitCode}");
    }

    private static long Weigh(bool isPlain)
    {
        TorchRuntime.SetThreads(1);
        TorchRuntime.KeepFreedMemory();
        var shape = StepShape.WideVocabulary;
        var blocks = shape.Corpus(documents: 1, learnEvery: 1);
        if (isPlain)
        {
            using var plain = new PlainLlama(shape.Config);
            using var managed = optim.AdamW(plain.parameters(), LearningRate);
            for (var step = 0; step < 2; step++)
                PlainStep.Take(plain, managed, blocks, AdamW);
            return ResidentMemory.Peak;
        }

        using var model = new CausalModel(shape.Config, ScalarType.Float32, CPU) { RecomputesActivations = true };
        model.Initialize(1);
        using var flat = new FlatAdamW(model, AdamW);
        using var ours = new OptimizerStep(model, flat, shape.Blocks);
        for (var step = 0; step < 2; step++)
            ours.Run(blocks, LearningRate, new LossTally());
        return ResidentMemory.Peak;
    }

    private static void Share(int steps, int threads)
    {
        TorchRuntime.SetThreads(threads);
        TorchRuntime.KeepFreedMemory();
        var shape = StepShape.Small;
        var folder = Directory.CreateTempSubdirectory("llamax-bench-");
        using var ranks = Launch.Join(CPU, folder.FullName, Console.Error.WriteLine);
        using var model = new CausalModel(shape.Config, ScalarType.Float32, CPU);
        model.Initialize(1);
        using var flat = new FlatAdamW(model, AdamW, ranks: ranks);
        var all = shape.Corpus(documents: 1, learnEvery: 1);
        PackedBlock[] own = [.. all.Where((_, i) => i % ranks.Size == ranks.Rank)];
        using var ours = new OptimizerStep(model, flat, own.Length, ranks: ranks);
        var done = new SharedSteps([], []);
        for (var step = 0; step <= steps; step++)
        {
            var start = Stopwatch.GetTimestamp();
            var outcome = ours.Run(own, LearningRate, new LossTally());
            done.Losses.Add(outcome.Loss!.Value);
            if (step > 0)   // the first one warms up
                done.Seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        ranks.Finish();
        folder.Delete(recursive: true);
        if (ranks.Rank == 0)
            Console.WriteLine(JsonSerializer.Serialize(done));
    }
}

/// <summary>What a training in a process of its own, or several, did.</summary>
internal sealed record SharedSteps(List<double> Seconds, List<double> Losses);
