using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;

namespace Llamax.Training.Tests.Loop;

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_tiny_model_learns_a_tiny_corpus_by_heart_and_its_folder_is_a_model()
    {
        using var corpus = new DrawnCorpus(1, blockLength: 32, blockCount: 2);
        var run = TinyRun.In(_folder.Path, corpus) with
        {
            Options = new() { Steps = 250, BlocksPerMicroBatch = 2, LearningRate = 1e-2, CheckpointEverySteps = 0, Threads = 1 },
            Probes = [new DevLossProbe("same", corpus)],
        };
        var result = run.Train();
        Assert.True(result.LastLoss < 0.1, $"loss {result.LastLoss}");
        Assert.True(result.Probes["same/loss"] < 0.1);
        Assert.Equal(["config.json", "model.safetensors"], result.Files.Keys);
        Assert.Equal(250 * corpus.TokenCount, result.Tokens);
        using var model = CausalModel.Load(_folder["model"]);
        var again = new DevLossProbe("again", corpus).Measure(model, 0, TestContext.Current.CancellationToken);
        Assert.Equal(result.Probes["same/loss"], again["loss"]);
    }

    [Fact]
    public void The_log_has_a_line_per_step_and_splits_the_loss_by_kind_and_language()
    {
        using var corpus = new DrawnCorpus(5, 32, 24);
        var events = new RecordedEvents();
        TinyRun.In(_folder.Path, corpus).Train(events);
        var lines = File.ReadAllLines(_folder["log.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        var steps = lines.Where(line => !line.TryGetProperty("probe", out _)).ToList();
        Assert.Equal(Enumerable.Range(1, 40), steps.Select(line => line.GetProperty("step").GetInt32()));
        Assert.Equal([10, 20, 30, 40], lines.Except(steps).Select(line => line.GetProperty("step").GetInt32()));
        var split = steps[4];
        Assert.Equal(
            steps.Take(5).Sum(line => line.GetProperty("loss_tokens").GetInt64()),
            split.GetProperty("kinds").EnumerateObject().Sum(kind => kind.Value.GetProperty("loss_tokens").GetInt64()));
        Assert.Equal(["ceb", "en", "ha"], split.GetProperty("languages").EnumerateObject().Select(language => language.Name));
        Assert.Equal(["monolingual", "parallel"], split.GetProperty("kinds").EnumerateObject().Select(kind => kind.Name));
        Assert.False(steps[5].TryGetProperty("kinds", out _));
        Assert.Equal(8, File.ReadAllLines(_folder["timing.jsonl"]).Length);
        Assert.Matches(@"^loss \d\.\d{3}, [\d,]+ tokens/s, \d+ % of peak, \d:\d\d:\d\d left$", events.Remarks[0]);
    }

    [Fact]
    public void A_cancelled_run_keeps_a_checkpoint_and_continues_to_the_bytes_of_an_undisturbed_one()
    {
        using var corpus = new DrawnCorpus(5, 32, 24);
        TinyRun.In(_folder["whole"], corpus).Train();
        using var cancellation = new CancellationTokenSource();
        var events = new RecordedEvents
        {
            OnMeasure = (name, _, step) =>
            {
                if (name == "train/loss" && step == 17)
                    cancellation.Cancel();
            },
        };
        var cut = TinyRun.In(_folder["cut"], corpus);
        Assert.Throws<OperationCanceledException>(() => new Trainer(cut, events).Train(cancellation.Token));
        Assert.True(Directory.Exists(_folder["cut", "checkpoints", "step-000017"]));
        var again = new RecordedEvents();
        cut.Train(again);
        Assert.Contains(again.Notes, note => note.Contains("after step 17 of 40", StringComparison.Ordinal));
        SameResult(_folder["whole"], _folder["cut"]);
    }

    [Fact]
    public void A_validation_that_was_interrupted_is_run_after_resuming()
    {
        using var corpus = new DrawnCorpus(5, 32, 24);
        TinyRun.In(_folder["whole"], corpus).Train();
        using var cancellation = new CancellationTokenSource();
        var cut = TinyRun.In(_folder["cut"], corpus);
        var interrupting = cut with { Probes = [new CancellingProbe(cut.Probes[0], cancellation)] };
        Assert.Throws<OperationCanceledException>(() => new Trainer(interrupting, SilentEvents.Instance).Train(cancellation.Token));
        cut.Train();
        SameResult(_folder["whole"], _folder["cut"]);
    }

    [Fact]
    public void A_finished_run_is_not_trained_again_and_a_damaged_model_is_made_again()
    {
        using var corpus = new DrawnCorpus(5, 32, 24);
        var run = TinyRun.In(_folder.Path, corpus);
        var first = run.Train();
        var events = new RecordedEvents { OnMeasure = (_, _, _) => Assert.Fail("trained again") };
        Assert.Equal(first.Files, run.Train(events).Files);
        File.WriteAllText(_folder["model", "model.safetensors"], "damaged");
        var repaired = new RecordedEvents();
        Assert.Equal(first.Files, run.Train(repaired).Files);
        Assert.Single(repaired.Warnings);
    }

    [Fact]
    public void Fine_tuning_starts_from_the_weights_of_another_folder_and_takes_its_tokenizer_along()
    {
        using var corpus = new DrawnCorpus(5, 32, 24);
        TinyRun.In(_folder["cpt"], corpus).Train();
        File.WriteAllText(_folder["cpt", "model", "tokenizer.json"], "{}");
        var run = TinyRun.In(_folder["sft"], corpus) with { InitialModel = _folder["cpt", "model"], Configuration = null };
        var firstLoss = double.NaN;
        var events = new RecordedEvents
        {
            OnMeasure = (name, value, step) => firstLoss = name == "train/loss" && step == 1 ? value : firstLoss,
        };
        var result = run.Train(events);
        Assert.True(firstLoss < 4.1, $"{firstLoss} is no better than ln 64 = 4.16");
        Assert.Contains("tokenizer.json", result.Files.Keys);
        Assert.Contains("none of the model's files", Assert.Single(events.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_corpus_that_does_not_fit_the_model_is_refused_before_anything_is_written()
    {
        var folder = _folder["never"];
        using var corpus = new DrawnCorpus(5, 32, 24, vocabularySize: 65);
        Refused("65 ids, but the model has 64 rows", TinyRun.In(folder, corpus));
        using var longer = new DrawnCorpus(5, 65, 24);
        Refused("65 tokens, but the model was made for 64", TinyRun.In(folder, longer));
        using var empty = new DrawnCorpus(5, 32, 0);
        Refused("no block", TinyRun.In(folder, empty));
        using var fit = new DrawnCorpus(5, 32, 24);
        Refused("initial model", TinyRun.In(folder, fit) with { Configuration = null });
        Refused("does not exist", TinyRun.In(folder, fit) with { CompanionFiles = ["no-such-tokenizer"] });
        Refused("microBatches", TinyRun.In(folder, fit) with { Options = new() { MicroBatches = 0 } });
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void A_gradient_that_is_not_finite_stops_the_run_with_advice()
    {
        using var corpus = new DrawnCorpus(5, 32, 24);
        var options = TinyRun.Options with { LearningRate = 1, WarmupSteps = 0, Beta1 = 0, Beta2 = 0, WeightDecay = 10, ClipNorm = 0 };
        var run = TinyRun.In(_folder.Path, corpus) with { Options = options with { Epsilon = double.Epsilon, Steps = 400 } };
        var failure = Assert.Throws<RequestException>(() => run.Train());
        Assert.Contains("not finite", failure.Message, StringComparison.Ordinal);
        Assert.Contains("lower learning rate", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Memory_is_flat_over_a_thousand_steps()
    {
        using var process = RunInTest.InAnotherProcess(_folder.Path, "long");
        var lines = process.StandardOutput.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.Equal(1000, lines.Length);
        // By then every part has run at least twice: steps, probes, checkpoints.
        var warm = lines.Skip(299).Select(line => JsonSerializer.Deserialize<long[]>(line)!).ToList();
        // Either way: with the copies that a checkpoint is being written from, or without.
        Assert.InRange(warm.Select(numbers => numbers[1]).Distinct().Count(), 1, 2);
        var growth = warm[^1][2] - warm[0][2];
        Assert.True(growth < 4 << 20, $"the process grew by {growth >> 10} KiB in 700 steps");
    }

    internal static void SameResult(string expected, string actual)
    {
        foreach (var file in new[] { "model/model.safetensors", "model/config.json", "log.jsonl", "result.json" })
            Assert.True(
                File.ReadAllBytes(Path.Combine(expected, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(actual, file))),
                $"{file} differs");
    }

    internal static void Refused(string reason, TrainingRun run) =>
        Assert.Contains(reason, Assert.Throws<RequestException>(() => run.Train()).Message, StringComparison.Ordinal);

    private sealed class CancellingProbe(IValidationProbe inner, CancellationTokenSource source) : IValidationProbe
    {
        public string Name => inner.Name;

        public IReadOnlyDictionary<string, double> Measure(CausalModel model, int step, CancellationToken cancellation)
        {
            if (step == 20)
                source.Cancel();
            return inner.Measure(model, step, cancellation);
        }
    }
}
