using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Training.Loop;
using Llamax.Training.Optimizers;
using Llamax.Training.Planning;
using static TorchSharp.torch;

namespace Llamax.Bench.TrainingStep;

/// <summary>One optimiser step against what one writes first, in TorchSharp and in PyTorch; its share of the peak; its memory; ranks.</summary>
internal static class TrainingStepBench
{
    private const double LearningRate = 1e-4;
    private const double MiB = 1 << 20;

    private static readonly AdamWOptions AdamW = new() { WeightDecay = 0.1, DecayAllParameters = true };

    public static BenchReport Run(BenchOptions options)
    {
        TorchRuntime.SetThreads(1);
        var hasPython = PythonPeer.IsInstalled;
        TorchRuntime.KeepFreedMemory();
        var (small, large) = (StepShape.Small, StepShape.Large);
        List<BenchCase> cases =
        [
            Case("11.7 M, one document per block, all learnt", small, 1, 1, options.Repeats, hasPython),
            Case("11.7 M, 8 documents per block, half learnt", small, 8, 2, options.Repeats, hasPython),
            Case("100 M", large, 1, 1, options.Repeats, hasPython),
        ];
        cases.Add(Peak("100 M, share of the fp32 peak", large, options.Repeats));
        var (ranks, difference) = Ranks(options.Repeats);
        cases.Add(ranks);
        return new BenchReport(
            "training-step",
            FormattableString.Invariant(
                $"""
                One optimiser step (forward, backward, clipping, AdamW) on 1 thread: {small.Config.ParameterCount():N0} parameters on
                {small.Blocks} × {small.BlockLength} tokens with a vocabulary of {small.Config.VocabularySize:N0}, and {large.Config.ParameterCount():N0} on
                {large.Blocks} × {large.BlockLength} with {large.Config.VocabularySize:N0}; {options.Repeats} interleaved rounds after one unmeasured. All fp32
                candidates start from the same weights, and their first two losses agree to 1e-3. PyTorch is Debian's build of {(hasPython ? "1.13" : "(not installed)")}
                of 2022, an old one, in eager mode with {PythonPeer.Blas}. It and the plain modules run in
                processes of their own; "freed memory kept" is the plain model with the C library told to keep freed memory, as Llamax tells it to
                when it trains. "Share of the peak" sets matrix products of 1,024 with as much arithmetic as the step against the step. "2 ranks"
                are two processes of one thread under mpirun with
                half the blocks each, against one process of two threads with all of them; their losses differ by {difference:g2} at most.

                """) + Memory(),
            cases);
    }

    private static string Memory()
    {
        var shape = StepShape.WideVocabulary;
        var (plain, ours) = (StepChild.Memory("plain"), StepChild.Memory("llamax"));
        return FormattableString.Invariant(
            $"""

            Peak resident memory of a process that takes two steps, {shape.Config.ParameterCount():N0} parameters, vocabulary
            {shape.Config.VocabularySize:N0}, {shape.Blocks} × {shape.BlockLength} tokens: plain TorchSharp modules {plain / MiB:N0} MiB, Llamax with recomputed
            activations and chunked cross-entropy {ours / MiB:N0} MiB: {(double)ours / plain:F2} of it.
            """);
    }

    private static BenchCase Case(string name, StepShape shape, int documents, int learnEvery, int repeats, bool hasPython)
    {
        var blocks = shape.Corpus(documents, learnEvery);
        using var scope = NewDisposeScope();
        using var model = new CausalModel(shape.Config, ScalarType.Float32, CPU);
        model.Initialize(1);
        using var half = new CausalModel(shape.Config, ScalarType.BFloat16, CPU);
        half.Initialize(1);
        using var plain = new PlainLlama(shape.Config);
        plain.CopyFrom(model);
        using var python = hasPython ? PythonPeer.Start(model, blocks) : null;
        using var apart = StepChild.Plain(model, shape, documents, learnEvery);
        using var flat = new FlatAdamW(model, AdamW);
        using var halfFlat = new FlatAdamW(half, AdamW);
        using var ours = new OptimizerStep(model, flat, blocks.Length);
        using var oursHalf = new OptimizerStep(half, halfFlat, blocks.Length);
        using var managed = optim.AdamW(plain.parameters(), LearningRate, AdamW.Beta1, AdamW.Beta2, AdamW.Epsilon, AdamW.WeightDecay);
        var losses = new Dictionary<string, List<double>> { ["plain"] = [], ["apart"] = [], ["ours"] = [], ["python"] = [] };
        List<(string, Func<double>)> candidates = [];
        if (python is not null)
            candidates.Add(($"PyTorch {python.Version}, eager (old build)", () => Step(python, losses["python"])));
        candidates.Add(("plain TorchSharp modules", () => Step(apart, losses["apart"])));
        candidates.Add(("plain TorchSharp modules, freed memory kept", Here(
            () => losses["plain"].Add(PlainStep.Take(plain, managed, blocks, AdamW)))));
        candidates.Add(("Llamax", Here(() => losses["ours"].Add(ours.Run(blocks, LearningRate, new LossTally()).Loss!.Value))));
        candidates.Add(("Llamax, bf16 weights", Here(() => oursHalf.Run(blocks, LearningRate, new LossTally()))));
        var times = Interleaved.MeasureWithProcesses(repeats, [.. candidates]);
        foreach (var (peer, theirs) in losses.Where(one => one.Value.Count > 0))
            for (var i = 0; i < 2; i++)
                if (!(Math.Abs(theirs[i] - losses["ours"][i]) < 1e-3))
                    throw new RequestException($"the losses of step {i + 1} differ: {theirs[i]:R} ({peer}) and {losses["ours"][i]:R}", name);
        return new BenchCase(name, times);
    }

    private static double Step(StepPeer peer, List<double> losses)
    {
        var (loss, seconds) = peer.Step();
        losses.Add(loss);
        return seconds;
    }

    private static Func<double> Here(Action work) => () =>
    {
        work();
        return 0;
    };

    private static BenchCase Peak(string name, StepShape shape, int repeats)
    {
        const int Size = 1024;
        using var scope = NewDisposeScope();
        using var quiet = new CausalModel(shape.Config, ScalarType.Float32, CPU);
        quiet.Initialize(1);
        using var flat = new FlatAdamW(quiet, AdamW);
        using var step = new OptimizerStep(quiet, flat, shape.Blocks);
        var blocks = shape.Corpus(1, 1);
        var flops = StepFlops.PerToken(shape.Config, shape.BlockLength, shape.Config.ParameterCount(), recomputes: false)
            * shape.Blocks * shape.BlockLength;
        var products = (int)Math.Round(flops / (2.0 * Size * Size * Size));
        var (left, right, result) = (ones(Size, Size), ones(Size, Size), zeros(Size, Size));
        return new BenchCase(name, Interleaved.Measure(
            repeats,
            ($"{products} products of 1,024", () =>
            {
                for (var i = 0; i < products; i++)
                    result.addmm_(left, right, 0f, 1f);
            }
        ),
            ("Llamax", () => step.Run(blocks, LearningRate, new LossTally()))));
    }

    private static (BenchCase Case, double LossDifference) Ranks(int repeats)
    {
        var steps = Math.Max(3, repeats);
        var (alone, shared) = (new BenchTimes("1 process, 2 threads", [], []), new BenchTimes("2 ranks, 1 thread each", [], []));
        var difference = 0.0;
        for (var round = 0; round < 2; round++)
        {
            var (one, two) = (StepChild.Ranks(1, steps, 2), StepChild.Ranks(2, steps, 1));
            alone.Wall.AddRange(one.Seconds);
            shared.Wall.AddRange(two.Seconds);
            difference = Math.Max(difference, one.Losses.Zip(two.Losses, (left, right) => Math.Abs(left - right)).Max());
        }

        // Both sides use two cores: the clock is what counts, and stands in the column of the processor too.
        alone.Cpu.AddRange(alone.Wall);
        shared.Cpu.AddRange(shared.Wall);
        return (new("11.7 M, 2 ranks × half batch", [alone, shared]), difference);
    }
}
