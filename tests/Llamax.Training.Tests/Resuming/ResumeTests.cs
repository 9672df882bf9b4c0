using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using Llamax.Training.Optimizers;
using Llamax.Training.Resuming;
using static Llamax.Training.Tests.Loop.TrainerTests;

namespace Llamax.Training.Tests.Resuming;

public sealed class ResumeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DrawnCorpus _corpus = new(5, 32, 24);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Another_option_corpus_tokenizer_or_start_is_refused_by_name()
    {
        var run = Interrupted("run", 15);
        Refused("learningRate was 0.003, is 0.004", run with { Options = run.Options with { LearningRate = 4e-3 } });
        Refused("seed was 1, is 2", run with { Options = run.Options with { Seed = 2 } });
        Refused("corpus was", run with { Corpus = new DrawnCorpus(6, 32, 24) });
        Refused("tokenizer was", run with { Corpus = new DrawnCorpus(5, 32, 24) { TokenizerFingerprint = "x" } });
        Refused("start was", run with { Configuration = TinyRun.Configuration with { RopeTheta = 5 } });
        Refused("start was", run with { Configuration = TinyRun.Configuration with { Architecture = "MistralForCausalLM" } });
        Refused("start was", run with { Configuration = TinyRun.Configuration with { Layers = 3 } });
        Refused("dataType was", run with { DataType = TorchSharp.torch.ScalarType.BFloat16 });
        (run with { Options = run.Options with { CheckpointEverySteps = 3, KeepCheckpoints = 5 } }).Train();
        Refused("steps was 40, is 41", run with { Options = run.Options with { Steps = 41 } });
    }

    [Theory]
    [InlineData("model.safetensors", "does not have the hash")]
    [InlineData("optimizer.safetensors", "does not have the hash")]
    [InlineData("state.json", "does not have the hash")]
    [InlineData("checkpoint.sha256", "line without a name")]
    [InlineData("config.json", null)]
    public void A_broken_checkpoint_is_reported_and_the_one_before_it_is_used(string file, string? reason)
    {
        TinyRun.In(_folder["whole"], _corpus).Train();
        var run = Interrupted("run", 16);
        var path = _folder["run", "checkpoints", "step-000016", file];
        if (reason is null)
            File.Delete(path);
        else
            File.WriteAllText(path, "broken");
        var events = new RecordedEvents();
        run.Train(events);
        Assert.Contains(reason ?? "is missing", Assert.Single(events.Warnings), StringComparison.Ordinal);
        Assert.Contains(events.Notes, note => note.Contains("after step 14", StringComparison.Ordinal));
        SameResult(_folder["whole"], _folder["run"]);
    }

    [Fact]
    public void Only_the_newest_checkpoints_stay()
    {
        Interrupted("run", 37);
        Assert.Equal(
            ["step-000035", "step-000037"],
            Directory.GetDirectories(_folder["run", "checkpoints"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Broken_checkpoints_do_not_push_out_those_of_the_run_that_starts_over()
    {
        var run = Interrupted("run", 37);
        foreach (var state in Directory.GetFiles(_folder["run", "checkpoints"], "state.json", SearchOption.AllDirectories))
            File.WriteAllText(state, "broken");
        Interrupt(run, 9);
        Assert.Equal(
            ["step-000007", "step-000009"],
            Directory.GetDirectories(_folder["run", "checkpoints"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Checkpoints_follow_the_clock_where_they_are_asked_to()
    {
        var run = TinyRun.In(_folder.Path, _corpus);
        var options = run.Options with { CheckpointEverySteps = 0, CheckpointInterval = TimeSpan.FromMinutes(60), KeepCheckpoints = 99 };
        (run with { Options = options, Clock = new MinutePerQuestion() }).Train();
        Assert.NotEmpty(Directory.GetDirectories(_folder["checkpoints"]));
        Assert.True(Directory.GetDirectories(_folder["checkpoints"]).Length < 20);
    }

    [Fact]
    public void A_state_of_another_version_and_a_result_that_is_cut_off_are_told_apart_from_none()
    {
        var run = Interrupted("run", 15);
        var path = _folder["run", "checkpoints", "step-000015"];
        var state = File.ReadAllText(Path.Combine(path, "state.json")).Replace("\"format\": 2", "\"format\": 3", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(path, "state.json"), state);
        var hashes = AtomicFolder.Hashes(path);
        hashes.Remove("checkpoint.sha256");
        File.WriteAllText(Path.Combine(path, "checkpoint.sha256"), string.Concat(hashes.Select(file => $"{file.Value}  {file.Key}\n")));
        var events = new RecordedEvents();
        run.Train(events);
        Assert.Contains("has format 3, and this version reads 2", Assert.Single(events.Warnings), StringComparison.Ordinal);
        File.WriteAllText(_folder["run", "result.json"], "{");
        Refused("the result of a finished run cannot be read", run);
    }

    [Fact]
    public void Moments_of_another_size_are_refused()
    {
        using var model = new CausalModel(TinyRun.Configuration, TorchSharp.torch.ScalarType.Float32, TorchSharp.torch.CPU);
        using var wide = new CausalModel(TinyRun.Configuration with { Layers = 3 }, model.DType, model.Device);
        using var optimizer = new FlatAdamW(model, new AdamWOptions());
        using var other = new FlatAdamW(wide, new AdamWOptions());
        Directory.CreateDirectory(_folder["moments"]);
        OptimizerCheckpoint.Write(_folder["moments", OptimizerCheckpoint.FileName(0, 1)], OptimizerCheckpoint.Copy(optimizer));
        var failure = Assert.Throws<RequestException>(() => OptimizerCheckpoint.Read(_folder["moments"], other, 1));
        Assert.Contains("numbers in it, and the model needs", failure.Message, StringComparison.Ordinal);
        OptimizerCheckpoint.Write(_folder["moments", OptimizerCheckpoint.FileName(0, 1)], OptimizerCheckpoint.Copy(optimizer).Take(1).ToList());
        failure = Assert.Throws<RequestException>(() => OptimizerCheckpoint.Read(_folder["moments"], optimizer, 1));
        Assert.Contains("second_moment is missing or has another size", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_log_shorter_than_its_checkpoint_is_refused()
    {
        var run = Interrupted("run", 15);
        File.WriteAllText(_folder["run", "log.jsonl"], "");
        Refused("the log has 0 bytes", run);
    }

    [Fact]
    public void Two_runs_cannot_share_a_folder()
    {
        using var first = new FolderLock(_folder["run"]);
        Refused("no other run works in this folder", TinyRun.In(_folder["run"], _corpus));
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_leaves_nothing_and_names_its_path()
    {
        // A file where the folder of checkpoints should be: no right or full disk needed, and it works for root.
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run", "checkpoints"], "in the way");
        Refused(_folder["run", "checkpoints", "step-000007"] + ": the folder cannot be written", TinyRun.In(_folder["run"], _corpus));
        Assert.False(Directory.Exists(_folder["run", "model"]));
    }

    [Fact]
    public void A_lower_precision_run_resumes_to_the_same_bytes()
    {
        TrainingRun Run(string name) =>
            TinyRun.In(_folder[name], _corpus) with { DataType = TorchSharp.torch.ScalarType.BFloat16 };
        Run("whole").Train();
        Interrupt(Run("cut"), 19);
        Run("cut").Train();
        SameResult(_folder["whole"], _folder["cut"]);
    }

    private TrainingRun Interrupted(string name, int step)
    {
        var run = TinyRun.In(_folder[name], _corpus);
        Interrupt(run, step);
        return run;
    }

    private static void Interrupt(TrainingRun run, int stopStep)
    {
        using var cancellation = new CancellationTokenSource();
        var events = new RecordedEvents
        {
            OnMeasure = (name, _, step) =>
            {
                if (name == "train/loss" && step == stopStep)
                    cancellation.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() => new Trainer(run, events).Train(cancellation.Token));
    }

    private sealed class MinutePerQuestion : TimeProvider
    {
        private long _minutes;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => 60 * _minutes++;
    }
}
