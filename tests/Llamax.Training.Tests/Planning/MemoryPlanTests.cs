using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Testing;
using Llamax.Training.Loop;
using Llamax.Training.Planning;

namespace Llamax.Training.Tests.Planning;

public sealed class MemoryPlanTests : IDisposable
{
    // What the allocator keeps between two sizes, and what .NET adds while it runs.
    private const double Tolerance = 0.2;

    private static readonly CausalConfig Llama7B = new()
    {
        VocabularySize = 32000,
        HiddenSize = 4096,
        IntermediateSize = 11008,
        Layers = 32,
        Heads = 32,
        KeyValueHeads = 32,
        HeadSize = 128,
        MaxPositions = 4096,
    };

    private static readonly PlannedDevice Machine = new("large", 1e15, 1L << 40, 0.4, 0);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("deep")]
    [InlineData("deep-recomputed")]
    [InlineData("wide-vocabulary")]
    [InlineData("wide-vocabulary-half")]
    public void The_memory_of_a_run_is_what_the_plan_said_within_a_fifth(string mode)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The peak of a process is read from /proc.");
        using var process = RunInTest.InAnotherProcess(_folder.Path, mode);
        var bytes = JsonSerializer.Deserialize<long[]>(process.StandardOutput.ReadToEnd())!;
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        Assert.True(
            Math.Abs((double)bytes[0] / bytes[1] - 1) < Tolerance, $"{bytes[0] >> 20} MiB at most, {bytes[1] >> 20} MiB planned");
    }

    [Fact]
    public void Moments_and_masters_are_divided_by_the_ranks_and_nothing_else_is()
    {
        var options = new TrainingOptions { BlocksPerMicroBatch = 32, MicroBatches = 24, RecomputeActivations = true };
        var (alone, shared) = (Of(options, 1), Of(options, 24));
        foreach (var (one, many) in alone.Parts.Zip(shared.Parts))
        {
            Assert.Equal(one.Name, many.Name);
            var expected = one.Name is "moments" or "master weights" ? one.Bytes / 24.0 : one.Name == "checkpoint copy" ? many.Bytes : one.Bytes;
            Assert.InRange(many.Bytes, expected, expected + 2048);
        }

        Assert.Equal(6_738_415_616, alone.Parameters);
        Assert.InRange(alone.Bytes("moments"), 8 * alone.Parameters, 8 * alone.Parameters + (1 << 20));
    }

    [Fact]
    public void What_is_frozen_costs_neither_gradients_nor_moments()
    {
        var whole = Of(new TrainingOptions(), 1);
        var adapter = Of(new TrainingOptions { Lora = new() { Rank = 16, Targets = ["q_proj", "v_proj"] } }, 1);
        Assert.Equal(32 * 2 * 16 * (4096 + 4096), adapter.TrainedParameters);
        Assert.Equal(whole.Bytes("weights"), adapter.Bytes("weights"));
        Assert.Equal(8 * adapter.TrainedParameters, adapter.Bytes("moments"));
        var part = Of(new TrainingOptions { Trained = ["layers:0-15"] }, 1);
        Assert.InRange((double)part.TrainedParameters / whole.TrainedParameters, 0.45, 0.5);
    }

    [Fact]
    public void The_papers_run_takes_sixty_days_and_fits_its_machines()
    {
        var device = PlannedDevice.Parse("a100-80gb", TorchSharp.torch.ScalarType.BFloat16);
        var options = new TrainingOptions { BlocksPerMicroBatch = 32, MicroBatches = 24, RecomputeActivations = false };
        var data = new PlannedData(512, 384_000_000_000, 384_000_000_000 / (24 * 32 * 512));
        var plan = TrainingPlan.Of(Llama7B, options, data, isHalf: true, device, ranks: 24);
        Assert.InRange(plan.Seconds / 86400, 58, 62);
        Assert.False(plan.Fits);
        Assert.True(TrainingPlan.Of(Llama7B, options with { RecomputeActivations = true }, data, true, device, 24).Fits);
    }

    [Theory]
    [InlineData("b200")]
    [InlineData("312e12")]
    [InlineData("-1,5")]
    [InlineData("1,2,3")]
    [InlineData("nan,1e9")]
    public void A_device_that_says_nothing_is_refused_with_those_known(string option)
    {
        var failure = Assert.Throws<Llamax.Runs.RequestException>(() => PlannedDevice.Parse(option, TorchSharp.torch.ScalarType.Float32));
        Assert.Contains("a100-80gb", failure.Message, StringComparison.Ordinal);
    }

    private static MemoryPlan Of(TrainingOptions options, int ranks) => MemoryPlan.Of(Llama7B, options, 512, true, ranks, Machine, true);
}
