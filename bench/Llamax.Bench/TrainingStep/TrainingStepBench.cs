using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Training.Loop;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Bench.TrainingStep;

/// <summary>One optimiser step of an 11.7 M parameter LLaMA on 2 × 512 tokens: what one writes first against Llamax.</summary>
internal static class TrainingStepBench
{
    private const int BlockLength = 512;
    private const int Blocks = 2;
    private const double LearningRate = 1e-4;

    private static readonly CausalConfig Config = new()
    {
        VocabularySize = 8192,
        HiddenSize = 320,
        IntermediateSize = 864,
        Layers = 6,
        Heads = 10,
        KeyValueHeads = 2,
        HeadSize = 32,
        MaxPositions = BlockLength,
    };

    private static readonly AdamWOptions AdamW = new() { WeightDecay = 0.1, DecayAllParameters = true };

    public static BenchReport Run(BenchOptions options)
    {
        TorchRuntime.SetThreads(1);
        var cases = Cases("", options.Repeats).ToList();
        TorchRuntime.KeepFreedMemory();
        cases.AddRange(Cases(", freed memory kept", options.Repeats));
        return new BenchReport(
            "training-step",
            FormattableString.Invariant(
                $"""
                One optimiser step (forward, backward, clipping, AdamW) in fp32 on 1 thread:
                {Config.ParameterCount():N0} parameters, {Blocks} × {BlockLength} tokens,
                vocabulary {Config.VocabularySize}; {options.Repeats} interleaved rounds after one unmeasured.
                Both start from the same weights, and their first two losses agree to 1e-4. The C library gives freed memory back to
                the system as it does by itself, or keeps it, as Llamax tells it to when it trains; each for both candidates.
                """),
            cases);
    }

    private static IEnumerable<BenchCase> Cases(string memory, int repeats) =>
    [
        Case("one document per block, all learnt" + memory, Corpus(documents: 1, learnEvery: 1), repeats),
        Case("8 documents per block, half learnt" + memory, Corpus(documents: 8, learnEvery: 2), repeats),
    ];

    private static BenchCase Case(string name, PackedBlock[] blocks, int repeats)
    {
        using var scope = NewDisposeScope();
        using var model = new CausalModel(Config, ScalarType.Float32, CPU);
        model.Initialize(1);
        using var plain = new PlainLlama(Config);
        plain.CopyFrom(model);
        using var flat = new FlatAdamW(model, AdamW);
        using var ours = new OptimizerStep(model, flat, Blocks);
        using var managed = optim.AdamW(plain.parameters(), LearningRate, AdamW.Beta1, AdamW.Beta2, AdamW.Epsilon, AdamW.WeightDecay);
        var (plainLoss, ourLoss) = (new List<double>(), new List<double>());
        var times = Interleaved.Measure(
            repeats,
            ("plain TorchSharp modules", () => plainLoss.Add(PlainStep(plain, managed, blocks))),
            ("Llamax", () => ourLoss.Add(ours.Run(blocks, LearningRate, new LossTally()).Loss!.Value)));
        for (var i = 0; i < 2; i++)
            if (!(Math.Abs(plainLoss[i] - ourLoss[i]) < 1e-4))
                throw new RequestException($"the losses of step {i + 1} differ: {plainLoss[i]:R} and {ourLoss[i]:R}", name);
        return new BenchCase(name, times);
    }

    private static double PlainStep(PlainLlama model, optim.Optimizer optimizer, PackedBlock[] blocks)
    {
        using var scope = NewDisposeScope();
        var labels = new long[Blocks, BlockLength];
        var segments = new int[Blocks, BlockLength];
        var (tokens, positions) = (new long[Blocks, BlockLength], new long[Blocks, BlockLength]);
        for (var b = 0; b < Blocks; b++)
        {
            for (var i = 0; i < BlockLength; i++)
            {
                (tokens[b, i], positions[b, i], segments[b, i]) = (blocks[b].Tokens[i], blocks[b].Positions[i], blocks[b].Segments[i]);
                labels[b, i] = i + 1 < BlockLength && blocks[b].Loss[i + 1] ? blocks[b].Tokens[i + 1] : -100;
            }
        }

        optimizer.zero_grad();
        var logits = model.forward(tensor(tokens), tensor(positions), MicroBatch.Visibility(tensor(segments), null));
        var loss = nn.functional.cross_entropy(
            logits.view(-1, Config.VocabularySize), tensor(labels).view(-1), ignore_index: -100);
        loss.backward();
        nn.utils.clip_grad_norm_(model.parameters(), AdamW.ClipNorm);
        optimizer.step();
        return loss.item<float>();
    }

    private static PackedBlock[] Corpus(int documents, int learnEvery)
    {
        var draws = new Draws(1, "bench corpus");
        return [.. Enumerable.Range(0, Blocks).Select(b =>
        {
            var block = new PackedBlock(BlockLength);
            for (var i = 0; i < BlockLength; i++)
            {
                block.Tokens[i] = draws.Below(Config.VocabularySize, (b * BlockLength) + i);
                (block.Segments[i], block.Positions[i]) = Math.DivRem(i, BlockLength / documents);
                block.Loss[i] = block.Positions[i] > 0 && (learnEvery == 1 || block.Positions[i] >= BlockLength / documents / learnEvery);
            }

            return block;
        })];
    }
}
