using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.KillTarget;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Objectives;

public sealed class NextTokenLossTests
{
    [Theory]
    [InlineData(1UL)]
    [InlineData(2UL)]
    [InlineData(3UL)]
    public void A_document_inside_a_packed_block_has_the_logits_it_has_alone(ulong seed)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        using var model = NewModel(seed);
        using var corpus = new DrawnCorpus(seed, blockLength: 48, blockCount: 2);
        PackedBlock[] blocks = [new(48), new(48)];
        for (var i = 0; i < blocks.Length; i++)
            corpus.Read(i, blocks[i]);
        using var batch = MicroBatch.From(blocks, model.Config, CPU);
        var packed = model.Project(model.Forward(batch.Tokens, batch.Positions, batch.Visible));
        for (var b = 0; b < blocks.Length; b++)
        {
            foreach (var document in blocks[b].Documents)
            {
                var tokens = batch.Tokens.narrow(0, b, 1).narrow(1, document.Start, document.Length);
                var alone = model.Project(model.Forward(tokens));
                var inside = packed.narrow(0, b, 1).narrow(1, document.Start, document.Length);
                Assert.True(inside.allclose(alone, 1e-4, 1e-6), $"seed {seed}, block {b}, document at {document.Start}");
            }
        }
    }

    [Fact]
    public void One_micro_batch_of_eight_is_eight_of_one_and_two_of_four()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(4);
        using var optimizer = new FlatAdamW(model, new AdamWOptions());
        using var corpus = new DrawnCorpus(4, blockLength: 32, blockCount: 8);
        var blocks = Enumerable.Range(0, 8).Select(i =>
        {
            var block = new PackedBlock(32);
            corpus.Read(i, block);
            // Very different numbers of learnt tokens: a mean of means would show.
            block.Loss.AsSpan(2 + (3 * i)).Clear();
            return block;
        }).ToArray();
        var (norm, loss) = Gradient(8);
        foreach (var size in new[] { 1, 4 })
        {
            var (otherNorm, otherLoss) = Gradient(size);
            Assert.Equal(1, otherNorm / norm, 5);
            Assert.Equal(loss, otherLoss, 5);
        }

        (double Norm, double Loss) Gradient(int size)
        {
            optimizer.Forget();
            var lossTokens = blocks.Sum(MicroBatch.LossTokens);
            var sum = 0.0;
            foreach (var part in blocks.Chunk(size))
            {
                using var batch = MicroBatch.From(part, model.Config, CPU);
                sum += NextTokenLoss.Backward(model, batch, lossTokens).Sum();
            }

            return (optimizer.ReduceGradient(), sum / lossTokens);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Loss_and_gradient_are_those_of_cross_entropy_over_all_logits(bool tiedHead)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(5, tiedHead);
        using var optimizer = new FlatAdamW(model, new AdamWOptions());
        using var corpus = new DrawnCorpus(5, blockLength: 32, blockCount: 1);
        PackedBlock[] blocks = [new(32)];
        corpus.Read(0, blocks[0]);
        using var batch = MicroBatch.From(blocks, model.Config, CPU);
        var losses = NextTokenLoss.Backward(model, batch, batch.TargetPlaces.Length);
        var ours = model.Parameters.Select(parameter => parameter.Value.grad!.clone()).ToList();

        optimizer.Forget();
        var labels = full([1, 32], -100L, dtype: ScalarType.Int64);
        foreach (var place in batch.TargetPlaces)
            labels[0, place] = batch.Tokens[0, place];
        var logits = model.Project(model.Forward(batch.Tokens, batch.Positions, batch.Visible));
        var loss = nn.functional.cross_entropy(
            logits.narrow(1, 0, 31).flatten(0, 1), labels.narrow(1, 1, 31).flatten(), ignore_index: -100);
        loss.backward();
        Assert.Equal(loss.item<float>(), losses.Average(), 5);
        foreach (var (parameter, gradient) in model.Parameters.Zip(ours))
            Assert.True(gradient.allclose(parameter.Value.grad!, 1e-3, 1e-6), parameter.Name);
        foreach (var (trained, measured) in losses.Zip(NextTokenLoss.Losses(model, batch)))
            Assert.Equal(trained, measured, 5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("layers:1-1")]
    [InlineData("layers:0-0")]
    [InlineData("embeddings")]
    public void Recomputed_activations_change_no_bit_of_loss_or_gradient(string trained)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(7);
        string[] parts = trained.Length > 0 ? [trained] : [];
        var space = new TrainedSpace(model, parameter => TrainedPart.Includes(parts, parameter.Name));
        using var optimizer = new FlatAdamW(model, new AdamWOptions(), space);
        using var corpus = new DrawnCorpus(7, blockLength: 32, blockCount: 1);
        PackedBlock[] blocks = [new(32)];
        corpus.Read(0, blocks[0]);
        using var batch = MicroBatch.From(blocks, model.Config, CPU);
        var losses = NextTokenLoss.Backward(model, batch, 10);
        var kept = optimizer.ModelGradient.Values.clone();
        Assert.NotEqual(0, kept.abs().sum().item<float>());
        optimizer.Forget();
        model.RecomputesActivations = true;
        Assert.Equal(losses, NextTokenLoss.Backward(model, batch, 10));
        Assert.True(kept.eq(optimizer.ModelGradient.Values).all().item<bool>());
        var live = TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        NextTokenLoss.Backward(model, batch, 10);
        Assert.Equal(live, TorchSharp.DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_batch_without_a_learnt_token_has_no_loss_and_no_gradient()
    {
        using var model = NewModel(6);
        using var optimizer = new FlatAdamW(model, new AdamWOptions());
        using var batch = MicroBatch.From([new PackedBlock(8)], model.Config, CPU);
        Assert.Empty(NextTokenLoss.Backward(model, batch, 1));
        Assert.Empty(NextTokenLoss.Losses(model, batch));
        Assert.Equal(0, optimizer.ReduceGradient());
    }

    private static CausalModel NewModel(ulong seed, bool tiedHead = false)
    {
        var model = new CausalModel(TinyRun.Configuration with { TiedHead = tiedHead }, ScalarType.Float32, CPU);
        model.Initialize(seed);
        return model;
    }
}
