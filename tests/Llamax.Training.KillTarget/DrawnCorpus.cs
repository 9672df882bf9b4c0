using Llamax.Corpus;
using Llamax.Corpus.Packing;
using Llamax.Runs;

namespace Llamax.Training.KillTarget;

/// <summary>
/// A corpus in memory, drawn by a seed: every document starts with an id of its own, so that a model which memorises them can
/// predict all the rest. Documents are monolingual and parallel in turn; of the parallel ones the second half is learnt alone.
/// </summary>
public sealed class DrawnCorpus(ulong seed, int blockLength, int blockCount, int vocabularySize = 64, int padding = 3) : IPackedCorpus
{
    private static readonly string[] Languages = ["en", "ha", "ceb"];

    private readonly Draws _draws = new(seed, "drawn corpus");

    public int BlockLength => blockLength;

    public int BlockCount => blockCount;

    public long TokenCount => (long)blockCount * (blockLength - padding);

    public string TokenizerFingerprint { get; init; } = "drawn";

    public int VocabularySize => vocabularySize;

    public void Read(int index, PackedBlock block)
    {
        ArgumentNullException.ThrowIfNull(block);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)blockCount);
        block.Documents.Clear();
        var (place, segment) = (0, 0);
        while (place < blockLength - padding)
        {
            var item = ((long)index << 20) + segment;
            var length = Math.Min(blockLength - padding - place, 4 + _draws.Below(9, item));
            var isParallel = segment % 2 == 1;
            for (var i = 0; i < length; i++)
            {
                block.Tokens[place + i] = i == 0 ? (index * 7 + segment) % vocabularySize : _draws.Below(vocabularySize, item, i);
                block.Segments[place + i] = segment;
                block.Positions[place + i] = i;
                block.Loss[place + i] = i > 0 && (!isParallel || i >= length / 2);
            }

            var kind = isParallel ? EntryKind.Parallel : EntryKind.Monolingual;
            var target = isParallel ? Languages[(segment + 1) % 3] : "";
            block.Documents.Add(new PackedDocument(kind, Languages[segment % 3], target, place, length));
            place += length;
            segment++;
        }

        for (; place < blockLength; place++)
            (block.Tokens[place], block.Segments[place], block.Positions[place], block.Loss[place]) = (0, -1, 0, false);
    }

    public void Dispose()
    {
    }
}
