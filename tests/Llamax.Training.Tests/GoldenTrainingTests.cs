using System.Text.Json;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Testing;
using Llamax.Training.Loop;
using Llamax.Training.Optimizers;
using Llamax.Training.Schedules;
using static TorchSharp.torch;

namespace Llamax.Training.Tests;

/// <summary>Training runs that another program made: every model folder whose golden.json has the kind <c>training</c>.</summary>
[Trait("Category", "Golden")]
public sealed class GoldenTrainingTests
{
    [Fact]
    public void Every_golden_run_is_reproduced_step_by_step()
    {
        TorchRuntime.SetThreads(1);
        var folders = Goldens.Files("models", "golden.json").Select(file => Path.GetDirectoryName(file)!).Where(IsTraining).ToList();
        if (folders.Count == 0 && Goldens.WhyNoCases is { } reason)
            Assert.Skip(reason);
        Assert.NotEmpty(folders);
        foreach (var folder in folders)
            Reproduce(folder);
    }

    private static bool IsTraining(string folder)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        return document.RootElement.TryGetProperty("kind", out var kind) && kind.GetString() == "training";
    }

    private static void Reproduce(string folder)
    {
        using var scope = NewDisposeScope();
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        var golden = document.RootElement;
        var (optimizerJson, scheduleJson) = (golden.GetProperty("optimizer"), golden.GetProperty("schedule"));
        var tolerance = golden.GetProperty("tolerance");
        var steps = golden.GetProperty("steps").EnumerateArray().ToList();
        var options = new TrainingOptions
        {
            Steps = steps.Count,
            LearningRate = scheduleJson.GetProperty("base_lr").GetDouble(),
            WarmupSteps = scheduleJson.GetProperty("warmup_steps").GetInt32(),
            Schedule = ScheduleShape.Cosine,
            Beta1 = optimizerJson.GetProperty("betas")[0].GetDouble(),
            Beta2 = optimizerJson.GetProperty("betas")[1].GetDouble(),
            Epsilon = optimizerJson.GetProperty("eps").GetDouble(),
            WeightDecay = optimizerJson.GetProperty("weight_decay").GetDouble(),
            DecayAllParameters = optimizerJson.GetProperty("decay_all_parameters").GetBoolean(),
            ClipNorm = optimizerJson.GetProperty("clip_norm").GetDouble(),
        };
        Assert.Empty(options.Problems());
        var microBatches = golden.GetProperty("micro_batches_per_step").GetInt32();
        using var model = CausalModel.Load(folder);
        using var optimizer = new FlatAdamW(model, options.AdamW);
        var schedule = options.ScheduleFor(steps.Count);
        for (var i = 0; i < steps.Count; i++)
        {
            var (expected, blocks) = (steps[i], Blocks(golden.GetProperty("batches")[i]));
            var step = new OptimizerStep(model, optimizer, (blocks.Length + microBatches - 1) / microBatches);
            var learningRate = schedule.At(i);
            var outcome = step.Run(blocks, learningRate, new LossTally());
            var name = $"{Path.GetFileName(folder)}, step {i + 1}";
            Within(expected.GetProperty("lr").GetDouble(), learningRate, 1e-12, $"{name}: learning rate");
            Within(expected.GetProperty("loss_tokens").GetInt64(), outcome.LossTokens, 0, $"{name}: loss tokens");
            Within(
                expected.GetProperty("loss").GetDouble(), outcome.Loss!.Value, tolerance.GetProperty("loss").GetDouble(), $"{name}: loss");
            var norm = expected.GetProperty("grad_norm").GetDouble();
            Within(
                norm, outcome.GradientNorm!.Value, norm * tolerance.GetProperty("grad_norm_relative").GetDouble(),
                $"{name}: gradient norm");
        }

        CompareWeights(folder, model, tolerance);
    }

    private static void CompareWeights(string folder, CausalModel model, JsonElement tolerance)
    {
        using var expectedFolder = new TemporaryFolder();
        File.Copy(Path.Combine(folder, "config.json"), expectedFolder["config.json"]);
        File.Copy(Path.Combine(folder, "final.safetensors"), expectedFolder["model.safetensors"]);
        using var expected = CausalModel.Load(expectedFolder.Path);
        using var frozen = no_grad();
        var differences = model.Parameters
            .SelectMany(parameter => (parameter.Value - expected[parameter.Name]).abs().flatten().data<float>().ToArray())
            .Order()
            .ToArray();
        Within(0, differences.Average(), tolerance.GetProperty("weights_mean").GetDouble(), $"{folder}: mean difference of the weights");
        Within(
            0, differences[(int)(0.999 * differences.Length)], tolerance.GetProperty("weights_p999").GetDouble(),
            $"{folder}: 99.9th percentile of the weights' differences");
    }

    private static PackedBlock[] Blocks(JsonElement batch)
    {
        var (ids, segments) = (Numbers(batch, "input_ids"), Numbers(batch, "segment_ids"));
        var (positions, labels) = (Numbers(batch, "position_ids"), Numbers(batch, "labels"));
        return [.. ids.Select((row, b) =>
        {
            var block = new PackedBlock(row.Length);
            row.CopyTo(block.Tokens, 0);
            segments[b].CopyTo(block.Segments, 0);
            positions[b].CopyTo(block.Positions, 0);
            for (var i = 0; i < row.Length; i++)
                block.Loss[i] = labels[b][i] != -100;
            return block;
        })];
    }

    private static List<int[]> Numbers(JsonElement batch, string name) =>
        [.. batch.GetProperty(name).EnumerateArray().Select(row => row.EnumerateArray().Select(number => number.GetInt32()).ToArray())];

    private static void Within(double expected, double actual, double tolerance, string what) =>
        Assert.True(Math.Abs(expected - actual) <= tolerance, $"{what}: {actual:R}, expected {expected:R} within {tolerance:R}");
}
