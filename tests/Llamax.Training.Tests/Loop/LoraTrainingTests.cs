using Llamax.Models.Adapters;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using Llamax.Training.Tests.Collectives;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Loop;

public sealed class LoraTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DrawnCorpus _corpus = new(5, 32, 24);

    public LoraTrainingTests() => TinyRun.In(_folder["base"], _corpus).Train();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_merged_model_computes_what_the_base_and_its_adapter_compute_and_the_loss_has_fallen()
    {
        Run("lora").Train();
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var start = CausalModel.Load(Base);
        using var adapter = LoraAdapter.Load(_folder["lora", "adapter"], start);
        using var beside = start.WithAdapter(adapter);
        using var merged = CausalModel.Load(_folder["lora", "model"]);
        var tokens = tensor(new long[,] { { 1, 5, 9, 13, 2, 8 } });
        var expected = beside.Project(beside.Forward(tokens));
        Assert.True(expected.allclose(merged.Project(merged.Forward(tokens)), 1e-4, 1e-5));
        Assert.False(expected.allclose(start.Project(start.Forward(tokens)), 1e-2, 1e-2));
        using var corpus = new DrawnCorpus(5, 32, 24);
        double Loss(CausalModel model) => new DevLossProbe("all", corpus).Measure(model, 0, TestContext.Current.CancellationToken)["loss"];
        Assert.True(Loss(merged) < Loss(start) - 0.05, $"{Loss(start)} → {Loss(merged)}");
        Assert.All(start.Parameters, parameter => Assert.False(parameter.Value.requires_grad));
    }

    [Fact]
    public void A_checkpoint_holds_the_adapter_alone_and_an_interruption_changes_no_byte()
    {
        Run("whole").Train();
        using (var interruption = new CancellationTokenSource())
        {
            var events = new RecordedEvents { OnMeasure = (_, _, step) => { if (step == 15) interruption.Cancel(); } };
            Assert.Throws<OperationCanceledException>(() => new Trainer(Run("cut"), events).Train(interruption.Token));
        }

        var checkpoint = _folder["cut", "checkpoints", "step-000015"];
        Assert.True(File.Exists(Path.Combine(checkpoint, "adapter_model.safetensors")));
        Assert.False(File.Exists(Path.Combine(checkpoint, "model.safetensors")));
        Run("cut").Train();
        TrainerTests.SameResult(_folder["whole"], _folder["cut"]);
        Assert.Equal(
            File.ReadAllBytes(_folder["whole", "adapter", "adapter_model.safetensors"]),
            File.ReadAllBytes(_folder["cut", "adapter", "adapter_model.safetensors"]));
    }

    [Theory]
    [InlineData(2, 1, false)]
    [InlineData(1, 2, false)]
    [InlineData(2, 1, true)]
    public void Ranks_workers_and_recomputed_layers_train_the_same_adapter(int size, int workers, bool recompute)
    {
        ThreadRanks.Run(1, _ => Run("one", options => options with { BlocksPerMicroBatch = 1, MicroBatches = 4 }).Train());
        ThreadRanks.Run(size, ranks => (Run("many", options => options with
        {
            BlocksPerMicroBatch = 1,
            MicroBatches = 4,
            Workers = workers,
            RecomputeActivations = recompute,
        }) with
        { Ranks = ranks }).Train());
        RanksTests.SameLog(_folder["one"], _folder["many"], 1e-5);
    }

    [Fact]
    public void A_projection_that_the_model_has_not_is_refused()
    {
        var run = Run("wrong", options => options with { Lora = new LoraOptions { Targets = ["c_attn"] } });
        Assert.Contains("target_modules names c_attn", Assert.Throws<RequestException>(() => run.Train()).Message, StringComparison.Ordinal);
    }

    private string Base => _folder["base", "model"];

    private TrainingRun Run(string folder, Func<TrainingOptions, TrainingOptions>? change = null)
    {
        var options = TinyRun.Options with { Lora = new LoraOptions { Rank = 4, Alpha = 8 }, LearningRate = 1e-2 };
        return TinyRun.In(_folder[folder], _corpus) with
        {
            InitialModel = Base,
            Configuration = null,
            Options = change?.Invoke(options) ?? options,
        };
    }
}
