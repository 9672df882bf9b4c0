using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Sharding;

/// <summary>Consecutive pairs of one file, the unit of work.</summary>
/// <param name="File">The file's place among the inputs.</param>
/// <param name="Block">The part's place in the file.</param>
/// <param name="Pairs">The pairs.</param>
public sealed record CorpusPart(int File, int Block, IReadOnlyList<SentencePair> Pairs)
{
    internal const int PairsInBlock = 2048;

    /// <summary>The number that a pair has for ever, whatever is read beside it: its file and its place there.</summary>
    public long Sequence(int place) => ((long)File << 40) + ((long)Block * PairsInBlock) + place;

    /// <summary>The file and the place in it of a sequence number.</summary>
    internal static (int File, long Place) PlaceOf(long sequence) => ((int)(sequence >> 40), sequence & ((1L << 40) - 1));

    /// <summary>The parts of a shard in their order.</summary>
    /// <param name="inputs">The corpus.</param>
    /// <param name="shard">Whose parts.</param>
    /// <param name="malformed">The readers' counter.</param>
    /// <param name="cancellation">Looked at between blocks.</param>
    /// <param name="firstFile">The number of the first input.</param>
    internal static IEnumerable<CorpusPart> Of(
        IReadOnlyList<StepInput> inputs, Shard shard, MalformedLines malformed, CancellationToken cancellation, int firstFile = 0)
    {
        for (var file = 0; file < inputs.Count; file++)
        {
            if (!shard.OwnsFile(file, inputs.Count))
                continue;
            var (block, pairs) = (0, new List<SentencePair>(PairsInBlock));
            foreach (var pair in inputs[file].Read(malformed))
            {
                pairs.Add(pair);
                if (pairs.Count < PairsInBlock)
                    continue;
                cancellation.ThrowIfCancellationRequested();
                if (shard.OwnsBlock(file, block, inputs.Count))
                {
                    yield return new(firstFile + file, block, pairs);
                    pairs = new(PairsInBlock);
                }

                pairs.Clear();
                block++;
            }

            if (pairs.Count > 0 && shard.OwnsBlock(file, block, inputs.Count))
                yield return new(firstFile + file, block, pairs);
        }
    }
}
