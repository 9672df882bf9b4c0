using Llamax.Runs;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using Llamax.Training.Resuming;
using Llamax.Training.Tests.Loop;

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
        Assert.Contains("learningRate was 0.003, is 0.004", Refused(run with { Options = run.Options with { LearningRate = 4e-3 } }), StringComparison.Ordinal);
        Assert.Contains("seed was 1, is 2", Refused(run with { Options = run.Options with { Seed = 2 } }), StringComparison.Ordinal);
        Assert.Contains("corpus was", Refused(run with { Corpus = new DrawnCorpus(6, 32, 24) }), StringComparison.Ordinal);
        Assert.Contains("tokenizer was", Refused(run with { Corpus = new DrawnCorpus(5, 32, 24) { TokenizerFingerprint = "x" } }), StringComparison.Ordinal);
        Assert.Contains("start was", Refused(run with { Configuration = TinyRun.Configuration with { RopeTheta = 5 } }), StringComparison.Ordinal);
        Assert.Contains("dataType was", Refused(run with { DataType = TorchSharp.torch.ScalarType.BFloat16 }), StringComparison.Ordinal);
        (run with { Options = run.Options with { CheckpointEverySteps = 3, KeepCheckpoints = 5 } }).Train();
        Assert.Contains("steps was 40, is 41", Refused(run with { Options = run.Options with { Steps = 41 } }), StringComparison.Ordinal);
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
        TrainerTests.SameResult(_folder["whole"], _folder["run"]);
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
    public void A_log_shorter_than_its_checkpoint_is_refused()
    {
        var run = Interrupted("run", 15);
        File.WriteAllText(_folder["run", "log.jsonl"], "");
        Assert.Contains("the log has 0 bytes", Refused(run), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_runs_cannot_share_a_folder()
    {
        using var first = new FolderLock(_folder["run"]);
        Assert.Contains("no other training runs in this folder", Refused(TinyRun.In(_folder["run"], _corpus)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_that_cannot_be_written_leaves_nothing_and_names_its_path()
    {
        // A file where the folder of checkpoints should be: no right or full disk needed, and it works for root.
        Directory.CreateDirectory(_folder["run"]);
        File.WriteAllText(_folder["run", "checkpoints"], "in the way");
        var message = Refused(TinyRun.In(_folder["run"], _corpus));
        Assert.Contains(_folder["run", "checkpoints", "step-000007"], message, StringComparison.Ordinal);
        Assert.Contains("cannot be written", message, StringComparison.Ordinal);
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
        TrainerTests.SameResult(_folder["whole"], _folder["cut"]);
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

    private static string Refused(TrainingRun run) =>
        Assert.Throws<RequestException>(() => run.Train()).Message;
}
