using Llamax.Corpus.Packing;

namespace Llamax.Training.Loop;

/// <summary>A loss that is infinite or no number, and the block that it is in.</summary>
/// <param name="block">The block.</param>
/// <param name="document">The document in it; null where the block names none.</param>
/// <param name="loss">The loss.</param>
internal sealed class NonFiniteLossException(PackedBlock block, PackedDocument? document, float loss)
    : Exception($"a loss is not finite ({loss})")
{
    public PackedBlock Block { get; } = block;

    public PackedDocument? Document { get; } = document;

    /// <param name="blocks">The blocks of a micro-batch.</param>
    /// <param name="places">Where the learnt tokens stand, ascending, over all blocks.</param>
    /// <param name="losses">Their losses.</param>
    public static void ThrowIfAny(ReadOnlySpan<PackedBlock> blocks, ReadOnlySpan<int> places, ReadOnlySpan<float> losses)
    {
        for (var i = 0; i < losses.Length; i++)
        {
            if (float.IsFinite(losses[i]))
                continue;
            var (block, place) = Math.DivRem(places[i], blocks[0].Tokens.Length);
            var document = blocks[block].Documents.FindIndex(d => d.Start <= place && place < d.Start + d.Length);
            throw new NonFiniteLossException(blocks[block], document < 0 ? null : blocks[block].Documents[document], losses[i]);
        }
    }
}
