using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Sharding;

/// <summary>A pair that was removed (or only noted), as it was read.</summary>
internal readonly record struct RemovedPair(long Sequence, string Reason, string Detail, SentencePair Pair);

/// <summary>What became of a part.</summary>
internal sealed record JudgedPart(
    int File, int Block, int Read, IReadOnlyList<SentencePair> Kept, IReadOnlyList<RemovedPair> Removed, PartCounts Counts)
{
    public static JudgedPart Of(CorpusPart part, ICorpusStep step)
    {
        var counts = new PartCounts();
        List<SentencePair> kept = new(part.Pairs.Count);
        List<RemovedPair> removed = [];
        for (var place = 0; place < part.Pairs.Count; place++)
        {
            var pair = part.Pairs[place];
            var verdict = step.Judge(pair, counts);
            if (verdict.Kept is { } one)
                kept.Add(one);
            if (verdict.Reason is { } reason)
                removed.Add(new(part.Sequence(place), reason, verdict.Detail, pair));
        }

        return new(part.File, part.Block, part.Pairs.Count, kept, removed, counts);
    }
}
