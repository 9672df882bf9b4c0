using Llamax.Corpus;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using Llamax.Training.Objectives;
using Llamax.Training.Tests.Collectives;
using Llamax.Training.Tests.Loop;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Objectives;

public sealed class PreferenceObjectiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DrawnPairs _corpus = new(24);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(PreferenceKind.Cpo, null)]
    [InlineData(PreferenceKind.Dpo, null)]
    [InlineData(PreferenceKind.Dpo, 0.5)]
    public void Every_split_into_micro_batches_ranks_and_workers_is_the_same_step(PreferenceKind kind, double? nllWeight)
    {
        var objective = new ObjectiveOptions { Kind = kind, NllWeight = nllWeight, Beta = 0.5 };
        ThreadRanks.Run(1, _ => Run("8x1", objective, 8, 1).Train());
        ThreadRanks.Run(1, _ => Run("1x8", objective, 1, 8).Train());
        RanksTests.SameLog(_folder["8x1"], _folder["1x8"], 1e-5);
        ThreadRanks.Run(2, ranks => (Run("2x4", objective, 1, 8) with { Ranks = ranks }).Train());
        RanksTests.SameLog(_folder["8x1"], _folder["2x4"], 1e-5);
    }

    [Theory]
    [InlineData(PreferenceKind.Cpo)]
    [InlineData(PreferenceKind.Dpo)]
    public void The_gradient_is_that_of_the_written_out_formula(PreferenceKind kind)
    {
        var options = new ObjectiveOptions { Kind = kind, Beta = 0.7 };
        PackedBlock[] blocks = [_corpus.Block(0), _corpus.Block(1)];
        using var scope = NewDisposeScope();
        using var model = new CausalModel(TinyRun.Configuration, ScalarType.Float32, CPU);
        model.Initialize(3);
        using var start = new CausalModel(TinyRun.Configuration, ScalarType.Float32, CPU);
        start.Initialize(4);
        foreach (var parameter in model.Parameters)
            parameter.Value.requires_grad_(true);

        var (value, betterNll, betterTokens, pairs) = (zeros(1), zeros(1), 0, 0);
        foreach (var block in blocks)
        {
            foreach (var pair in PreferencePair.Of(block))
            {
                var margin = LogProbability(model, block, pair.Better) - LogProbability(model, block, pair.Worse);
                if (kind == PreferenceKind.Dpo)
                    margin = margin - (LogProbability(start, block, pair.Better) - LogProbability(start, block, pair.Worse)).detach();

                value = value - nn.functional.logsigmoid(margin * 0.7f);
                betterNll = betterNll - LogProbability(model, block, pair.Better);
                betterTokens += block.Loss.AsSpan(pair.Better.Start, pair.Better.Length).Count(true);
                pairs++;
            }
        }

        value = value / pairs + (kind == PreferenceKind.Cpo ? betterNll / pairs : zeros(1));
        value.backward();
        var expected = model.Parameters.ToDictionary(p => p.Name, p => p.Value.grad!.clone());
        foreach (var parameter in model.Parameters)
            parameter.Value.grad!.zero_();

        var reference = kind == PreferenceKind.Dpo ? ReferenceScores.Of(new DrawnPairs(24), start) : null;
        var objective = new PreferenceObjective(options, reference);
        var step = objective.Count(blocks[0]) + objective.Count(blocks[1]);
        Assert.Equal((betterTokens, pairs), ((int)step.LossTokens, (int)step.Pairs));
        using var batch = MicroBatch.From(blocks, model.Config, CPU);
        var losses = objective.Backward(model, blocks, batch, step);
        Assert.Equal(value.item<float>(), objective.Value(LossSum.Of(losses.Losses), losses.Preferences), 1e-4);
        foreach (var parameter in model.Parameters)
            Assert.True(parameter.Value.grad!.allclose(expected[parameter.Name], 1e-3, 1e-6), parameter.Name);
    }

    [Theory]
    [InlineData(PreferenceKind.Cpo, false)]
    [InlineData(PreferenceKind.Dpo, false)]
    [InlineData(PreferenceKind.Dpo, true)]
    public void An_interrupted_run_ends_with_the_same_bytes_and_learns_to_prefer(PreferenceKind kind, bool lora)
    {
        TinyRun.In(_folder["base"], new DrawnCorpus(5, 32, 24)).Train();
        TrainingRun Of(string name)
        {
            var run = Run(name, new ObjectiveOptions { Kind = kind, Beta = 0.5 }, 4, 1);
            run = run with { Options = run.Options with { Steps = 60 } };
            return lora ? run with
            {
                InitialModel = _folder["base", "model"],
                Configuration = null,
                Options = run.Options with { Lora = new LoraOptions { Rank = 4 }, LearningRate = 1e-2 },
            } : run;
        }

        Of("whole").Train();
        using (var interruption = new CancellationTokenSource())
        {
            var events = new RecordedEvents { OnMeasure = (_, _, step) => { if (step == 15) interruption.Cancel(); } };
            Assert.Throws<OperationCanceledException>(() => new Trainer(Of("cut"), events).Train(interruption.Token));
        }

        foreach (var scores in Directory.GetFiles(_folder["cut"], "reference-*.bin"))
            File.WriteAllBytes(scores, [1, 2, 3]);
        Of("cut").Train();
        TrainerTests.SameResult(_folder["whole"], _folder["cut"]);
        var log = File.ReadLines(_folder["whole", "log.jsonl"]).Select(line => System.Text.Json.JsonDocument.Parse(line).RootElement)
            .Where(line => line.TryGetProperty("reward_margin", out _)).ToList();
        var margins = log.ConvertAll(line => line.GetProperty("reward_margin").GetDouble());
        Assert.True(margins[^1] > margins[0] + 0.5, $"{margins[0]} → {margins[^1]}");

        // All weights separate every pair of the last step; an adapter of rank 4 need not in so few steps.
        Assert.InRange(log[^1].GetProperty("reward_accuracy").GetDouble(), lora ? 0.75 : 1, 1);
    }

    [Fact]
    public void Preferences_without_an_objective_and_an_objective_without_preferences_are_refused()
    {
        var plain = Run("plain", new ObjectiveOptions(), 4, 1) with { Objective = null };
        Assert.Contains("preference pairs", Assert.Throws<RequestException>(() => plain.Train()).Message, StringComparison.Ordinal);
        var other = Run("other", new ObjectiveOptions(), 4, 1) with { Corpus = new DrawnCorpus(5, 32, 24) };
        Assert.Contains("other text", Assert.Throws<RequestException>(() => other.Train()).Message, StringComparison.Ordinal);
    }

    private TrainingRun Run(string name, ObjectiveOptions objective, int atOnce, int microBatches)
    {
        var run = TinyRun.In(_folder[name], _corpus);
        return run with
        {
            Objective = objective,
            Options = run.Options with { BlocksPerMicroBatch = atOnce, MicroBatches = microBatches, Steps = 30, Epochs = null, Workers = 1 },
        };
    }

    private static Tensor LogProbability(CausalModel model, PackedBlock block, PackedDocument document)
    {
        var ids = Array.ConvertAll(block.Tokens[document.Start..(document.Start + document.Length)], id => (long)id);
        var log = nn.functional.log_softmax(model.Project(model.Forward(tensor(ids).unsqueeze(0))), -1);
        var sum = zeros(1);
        for (var i = 1; i < ids.Length; i++)
            if (block.Loss[document.Start + i])
                sum = sum + log[0, i - 1, ids[i]];
        return sum;
    }

    /// <summary>Two pairs a block; the better answers are of low ids, the worse ones of high ids.</summary>
    private sealed class DrawnPairs(int blockCount) : IPackedCorpus
    {
        public int BlockLength => 32;

        public int BlockCount => blockCount;

        public long TokenCount => 26L * blockCount;

        public string TokenizerFingerprint => "drawn";

        public int VocabularySize => 64;

        public PackedBlock Block(int index)
        {
            var block = new PackedBlock(BlockLength);
            Read(index, block);
            return block;
        }

        public void Read(int index, PackedBlock block)
        {
            var draws = new Draws(7, "pairs");
            Array.Fill(block.Segments, -1);
            Array.Clear(block.Tokens);
            Array.Clear(block.Positions);
            Array.Clear(block.Loss);
            block.Documents.Clear();
            var place = 0;
            for (var document = 0; document < 4; document++)
            {
                // Equally long: a sum of log-probabilities, as CPO compares, is lower for the longer answer.
                var (isWorse, length) = (document % 2 == 1, 6 + document / 2);
                block.Documents.Add(new(EntryKind.Preference, "en", "de", place, length));
                var order = draws.Permutation(20, index * 8 + document);
                for (var i = 0; i < length; i++, place++)
                {
                    block.Tokens[place] = i < 3 ? 1 + i : (isWorse ? 40 : 10) + order[i];
                    block.Segments[place] = document;
                    block.Positions[place] = i;
                    block.Loss[place] = i >= 3;
                }
            }
        }

        public void Dispose()
        {
        }
    }
}
