using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Training.KillTarget;
using Llamax.Training.Loop;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Loop;

public sealed class OptimizerStepTests
{
    private const int BlocksOfStep = 6;

    [Theory]
    [InlineData(ScalarType.Float32, 6, 1, 1e-6f)]
    [InlineData(ScalarType.Float32, 2, 3, 1e-6f)]
    [InlineData(ScalarType.Float32, 4, 2, 1e-6f)]
    [InlineData(ScalarType.Float32, 1, 4, 1e-6f)]
    [InlineData(ScalarType.BFloat16, 2, 3, 2e-2f)]
    public void Micro_batches_beside_one_another_are_the_same_step(ScalarType type, int blocksPerMicroBatch, int workers, float tolerance)
    {
        var (losses, weights) = Train(type, blocksPerMicroBatch: 2, workers: 1);
        var (besideLosses, besideWeights) = Train(type, blocksPerMicroBatch, workers);
        Assert.Equal(losses, besideLosses, (one, other) => Math.Abs(one - other) <= tolerance * one);
        Assert.True(Math.Sqrt(weights.Zip(besideWeights, (one, other) => Math.Pow(one - other, 2)).Average()) <= tolerance);
    }

    [Fact]
    public void The_timing_of_workers_changes_no_bit()
    {
        var (losses, weights) = Train(ScalarType.Float32, blocksPerMicroBatch: 1, workers: 3);
        for (var again = 0; again < 3; again++)
        {
            var (sameLosses, sameWeights) = Train(ScalarType.Float32, blocksPerMicroBatch: 1, workers: 3);
            Assert.Equal(losses, sameLosses);
            Assert.Equal(weights, sameWeights);
        }
    }

    [Fact]
    public void A_block_that_one_worker_refuses_is_the_error_of_the_step()
    {
        var blocks = Blocks(step: 0);
        blocks[^1].Tokens[3] = TinyRun.Configuration.VocabularySize;
        using var model = NewModel(ScalarType.Float32);
        using var optimizer = new FlatAdamW(model, new AdamWOptions());
        using var step = new OptimizerStep(model, optimizer, blocksPerMicroBatch: 2, workers: 3);
        var failure = Assert.Throws<RequestException>(() => step.Run(blocks, 1e-3, new LossTally()));
        Assert.Contains("token id 64", failure.Message, StringComparison.Ordinal);
    }

    private static (List<double> Losses, float[] Weights) Train(ScalarType type, int blocksPerMicroBatch, int workers)
    {
        using var model = NewModel(type);
        using var optimizer = new FlatAdamW(model, new AdamWOptions());
        using var step = new OptimizerStep(model, optimizer, blocksPerMicroBatch, workers);
        var losses = new List<double>();
        for (var i = 0; i < 5; i++)
            losses.Add(step.Run(Blocks(i), 1e-3, new LossTally()).Loss!.Value);
        using var weights = model.FlatParameters.to(ScalarType.Float32, copy: true);
        return (losses, weights.data<float>().ToArray());
    }

    private static CausalModel NewModel(ScalarType type)
    {
        var model = new CausalModel(TinyRun.Configuration, type, CPU);
        model.Initialize(1);
        return model;
    }

    private static PackedBlock[] Blocks(int step)
    {
        using var corpus = new DrawnCorpus(1, blockLength: 32, blockCount: 5 * BlocksOfStep);
        return [.. Enumerable.Range(step * BlocksOfStep, BlocksOfStep).Select(index =>
        {
            var block = new PackedBlock(32);
            corpus.Read(index, block);
            return block;
        })];
    }
}
