using Llamax.Models.Causal;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using Llamax.Training.Tests.Loop;

namespace Llamax.Training.Tests.Watching;

/// <summary>Runs whose metric is written down beforehand: 5, 3, 4, 4, 6, … after every 5 steps.</summary>
public sealed class BestModelTests : IDisposable
{
    private static readonly TrainingOptions Watched = TinyRun.Options with { ValidateEvery = 5, Metric = "told/loss" };

    private readonly TemporaryFolder _folder = new();
    private readonly DrawnCorpus _corpus = new(5, 32, 24);

    public void Dispose()
    {
        _corpus.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void A_run_that_gets_no_better_ends_and_leaves_its_best_model()
    {
        var result = Run("stopped", Watched with { StopAfter = 2, KeepBest = true }).Train();
        Assert.Equal((20, 10), (result.Steps, result.BestStep));
        TrainUntil(10, Run("ten", Watched with { StopAfter = 2, KeepBest = true }));
        Assert.Equal(
            File.ReadAllBytes(_folder["ten", "checkpoints", "step-000010", "model.safetensors"]),
            File.ReadAllBytes(_folder["stopped", "model", "model.safetensors"]));
    }

    [Fact]
    public void Without_keeping_the_result_is_the_last_model()
    {
        var whole = Run("whole", TinyRun.Options with { ValidateEvery = 5 }).Train();
        var watched = Run("watched", Watched).Train();
        Assert.Equal((40, 10), (watched.Steps, watched.BestStep));
        Assert.Equal(whole.Files, watched.Files);
        Assert.False(Directory.Exists(_folder["watched", "best"]));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(17)]
    public void Interrupted_before_or_after_the_best_step_it_ends_with_the_same_bytes(int step)
    {
        var options = Watched with { StopAfter = 3, KeepBest = true };
        Run("undisturbed", options).Train();
        TrainUntil(step, Run("cut", options));
        Run("cut", options).Train();
        TrainerTests.SameResult(_folder["undisturbed"], _folder["cut"]);
    }

    [Fact]
    public void The_best_adapter_is_merged()
    {
        var options = Watched with { StopAfter = 2, KeepBest = true, Lora = new() { Rank = 2 } };
        var result = Run("adapter", options).Train();
        Assert.Equal(10, result.BestStep);
        using var model = CausalModel.Load(_folder["adapter", "model"]);
        Assert.Equal(TinyRun.Configuration.ParameterCount(), model.Config.ParameterCount());
    }

    [Fact]
    public void A_metric_that_nothing_measures_is_refused()
    {
        TrainerTests.Refused("nothing measures dev/loss", Run("a", Watched with { Metric = "dev/loss" }));
        TrainerTests.Refused("told/loss", Run("b", Watched with { Metric = "told/bleu" }));
        TrainerTests.Refused("needs metric and validateEvery", Run("c", Watched with { Metric = null, KeepBest = true }));
        TrainerTests.Refused("needs metric and validateEvery", Run("d", Watched with { ValidateEvery = 0, StopAfter = 1 }));
    }

    private TrainingRun Run(string name, TrainingOptions options) =>
        TinyRun.In(_folder[name], _corpus) with { Options = options, Probes = [new Told()] };

    private static void TrainUntil(int last, TrainingRun run)
    {
        using var stop = new CancellationTokenSource();
        var events = new RecordedEvents
        {
            OnMeasure = (name, _, step) =>
            {
                if (name == "train/loss" && step == last)
                    stop.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() => new Trainer(run, events).Train(stop.Token));
    }

    private sealed class Told : IValidationProbe
    {
        private static readonly double[] Losses = [5, 3, 4, 4, 6, 7, 8, 9];

        public string Name => "told";

        public IReadOnlyDictionary<string, double> Measure(CausalModel model, int step, CancellationToken cancellation) =>
            new Dictionary<string, double> { ["loss"] = Losses[(step / 5) - 1] };
    }
}
