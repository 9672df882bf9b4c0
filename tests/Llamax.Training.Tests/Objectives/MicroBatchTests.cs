using Llamax.Corpus.Packing;
using Llamax.Runs;
using Llamax.Training.KillTarget;
using Llamax.Training.Objectives;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Objectives;

public sealed class MicroBatchTests
{
    [Fact]
    public void A_token_sees_its_own_document_up_to_itself()
    {
        using var scope = NewDisposeScope();
        var segments = tensor(new[] { 0, 0, 1, 1, 1, -1 }, [1, 6]);
        var visible = MicroBatch.Visibility(segments, null);
        Assert.Equal([1, 1, 6, 6], visible.shape);
        Assert.Equal("100000 110000 001000 001100 001110 000001", Rows(visible));
        Assert.Equal("100000 110000 001000 001100 000110 000001", Rows(MicroBatch.Visibility(segments, 2)));
    }

    [Fact]
    public void The_row_before_a_learnt_token_predicts_it()
    {
        PackedBlock[] blocks = [Block(5, 6, 7), Block(8, 9, 10)];
        (blocks[0].Loss[2], blocks[1].Loss[1]) = (true, true);
        using var batch = MicroBatch.From(blocks, TinyRun.Configuration, CPU);
        Assert.Equal([1L, 3L], batch.Rows.data<long>().ToArray());
        Assert.Equal([7L, 9L], batch.Targets.data<long>().ToArray());
        Assert.Equal([2, 4], batch.TargetPlaces);
        Assert.Null(batch.Visible); // one document in each block
    }

    [Fact]
    public void An_id_without_a_row_and_a_learnt_first_token_are_refused()
    {
        var failure = Assert.Throws<RequestException>(() => MicroBatch.From([Block(5, 64, 7)], TinyRun.Configuration, CPU));
        Assert.Contains("token id 64", failure.Message, StringComparison.Ordinal);
        Assert.Throws<RequestException>(() => MicroBatch.From([Block(5, -1, 7)], TinyRun.Configuration, CPU));
        var block = Block(1, 2, 3);
        (block.Segments[1], block.Loss[1]) = (1, true);
        Assert.Contains(
            "first token of a document",
            Assert.Throws<RequestException>(() => MicroBatch.From([block], TinyRun.Configuration, CPU)).Message, StringComparison.Ordinal);
    }

    private static PackedBlock Block(params int[] tokens)
    {
        var block = new PackedBlock(tokens.Length);
        tokens.CopyTo(block.Tokens, 0);
        for (var i = 0; i < tokens.Length; i++)
            block.Positions[i] = i;
        return block;
    }

    private static string Rows(Tensor visible)
    {
        var length = (int)visible.shape[3];
        var rows = visible.contiguous().data<bool>().ToArray().Chunk(length);
        return string.Join(' ', rows.Select(row => string.Concat(row.Select(seen => seen ? '1' : '0'))));
    }
}
