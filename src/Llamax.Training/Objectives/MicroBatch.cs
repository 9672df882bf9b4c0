using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Training.Objectives;

/// <summary>
/// Blocks as tensors for one pass through the model: attention stays inside a document, positions restart with every document,
/// and only the positions that predict a learnt token are listed for the loss.
/// </summary>
internal sealed class MicroBatch : IDisposable
{
    // B blocks, S tokens in a block, N learnt tokens
    private MicroBatch(Tensor tokens, Tensor positions, Tensor? visible, Tensor rows, Tensor targets, int[] targetPlaces)
    {
        Tokens = tokens;
        Positions = positions;
        Visible = visible;
        Rows = rows;
        Targets = targets;
        TargetPlaces = targetPlaces;
    }

    /// <summary>[B, S] int64.</summary>
    public Tensor Tokens { get; }

    /// <summary>[B, S] int64, from 0 in every document.</summary>
    public Tensor Positions { get; }

    /// <summary>[B, 1, S, S] bool, true = may attend; null = causal attention is enough because every block is one document.</summary>
    public Tensor? Visible { get; }

    /// <summary>[N] int64: where in [B × S] the hidden state stands that predicts a learnt token.</summary>
    public Tensor Rows { get; }

    /// <summary>[N] int64: the learnt tokens.</summary>
    public Tensor Targets { get; }

    /// <summary>[N] where in [B × S] the learnt tokens stand, in order; one after <see cref="Rows"/>.</summary>
    public int[] TargetPlaces { get; }

    /// <summary>Learnt tokens of a block, as the loss counts them.</summary>
    public static int LossTokens(PackedBlock block)
    {
        var count = 0;
        for (var i = 1; i < block.Loss.Length; i++)
            if (block.Loss[i])
                count++;
        return count;
    }

    /// <summary>Tokens of a block, padding excluded.</summary>
    public static int TokenCount(PackedBlock block) => block.Segments.AsSpan().Length - block.Segments.AsSpan().Count(-1);

    /// <summary>Makes the tensors; the caller disposes the result.</summary>
    /// <param name="blocks">Blocks of one length.</param>
    /// <param name="config">The model's: no id may reach its vocabulary size, and its sliding window limits who sees whom.</param>
    /// <param name="device">Where the model is.</param>
    /// <exception cref="RequestException">A block holds an id that the model has no row for, or learns the start of a document.</exception>
    public static MicroBatch From(ReadOnlySpan<PackedBlock> blocks, CausalConfig config, Device device)
    {
        var length = blocks[0].Tokens.Length;
        var tokens = new long[blocks.Length * length];
        var positions = new long[tokens.Length];
        var segments = new int[tokens.Length];
        var targetPlaces = new List<int>(tokens.Length);
        var causalIsEnough = true;
        for (var b = 0; b < blocks.Length; b++)
        {
            var block = blocks[b];
            block.Segments.CopyTo(segments.AsSpan(b * length));
            causalIsEnough &= !block.Segments.AsSpan().ContainsAnyExcept(block.Segments[0], -1);
            for (var i = 0; i < length; i++)
            {
                var place = b * length + i;
                if ((uint)block.Tokens[i] >= config.VocabularySize)
                    throw Broken($"a block holds token id {block.Tokens[i]}, but the model has rows for 0 to {config.VocabularySize - 1}");
                tokens[place] = block.Tokens[i];
                positions[place] = block.Positions[i];
                if (!block.Loss[i] || i == 0)
                    continue;
                if (block.Segments[i] != block.Segments[i - 1])
                    throw Broken("a block wants the first token of a document to be predicted from the document before it");
                targetPlaces.Add(place);
            }
        }

        using var scope = NewDisposeScope();
        long[] shape = [blocks.Length, length];
        var places = targetPlaces.ToArray();
        var targets = Array.ConvertAll(places, place => tokens[place]);
        return new MicroBatch(
            tensor(tokens, shape, device: device).MoveToOuterDisposeScope(),
            tensor(positions, shape, device: device).MoveToOuterDisposeScope(),
            causalIsEnough ? null : Visibility(tensor(segments, shape, device: device), config.SlidingWindow).MoveToOuterDisposeScope(),
            tensor(Array.ConvertAll(places, place => place - 1L), device: device).MoveToOuterDisposeScope(),
            tensor(targets, device: device).MoveToOuterDisposeScope(),
            places);
    }

    /// <summary>Who may see whom: the tokens of the same document that are not later.</summary>
    /// <param name="segments">[B, S] number of the document; padding is a document of its own, so that no row is blind.</param>
    /// <param name="window">A token sees itself and the window − 1 tokens before it; null = all before it.</param>
    /// <returns>[B, 1, S, S] bool.</returns>
    internal static Tensor Visibility(Tensor segments, int? window)
    {
        using var scope = NewDisposeScope();
        var length = segments.shape[1];
        var same = segments.unsqueeze(2).eq(segments.unsqueeze(1));
        var causal = ones([length, length], ScalarType.Bool, segments.device).tril();
        if (window < length)
            causal = causal.triu(1 - window.Value);
        return same.logical_and_(causal).unsqueeze(1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Tokens.Dispose();
        Positions.Dispose();
        Visible?.Dispose();
        Rows.Dispose();
        Targets.Dispose();
    }

    private static RequestException Broken(string what) => new(what, "packed corpus", "pack the corpus again with the model's tokenizer");
}
