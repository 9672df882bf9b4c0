using System.IO.Hashing;
using System.Runtime.InteropServices;
using Llamax.Corpus;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;

namespace Llamax.Training.Objectives;

/// <summary>Two neighbouring documents of a block: the better answer's, then the worse one's, each behind the same prompt.</summary>
internal readonly record struct PreferencePair(PackedDocument Better, PackedDocument Worse)
{
    /// <summary>The pairs of a block in order.</summary>
    /// <exception cref="RequestException">It holds something else.</exception>
    public static IEnumerable<PreferencePair> Of(PackedBlock block)
    {
        if (block.Documents.Count % 2 != 0 || block.Documents.Exists(document => document.Kind != EntryKind.Preference))
        {
            throw new RequestException(
                "a preference objective learns from pairs of a better and a worse answer alone, and a block holds other text",
                "packed corpus", "train on a set that holds preferences and nothing else");
        }

        for (var i = 0; i < block.Documents.Count; i += 2)
            yield return new(block.Documents[i], block.Documents[i + 1]);
    }

    /// <summary>log p of both answers of every pair of a block, summed over their tokens.</summary>
    public static List<ScoredPair> Score(CausalModel model, PackedBlock block)
    {
        using var batch = MicroBatch.From([block], model.Config, model.Device);
        var losses = NextTokenLoss.Losses(model, batch);
        return [.. Of(block).Select(pair => new ScoredPair(pair, -Sum(pair.Better), -Sum(pair.Worse)))];

        double Sum(PackedDocument document)
        {
            var first = LowerBound(batch.TargetPlaces, document.Start);
            return PreferenceObjective.Sum(losses.AsSpan(first..LowerBound(batch.TargetPlaces, document.Start + document.Length)));
        }
    }

    /// <summary>Learnt tokens of the better answer.</summary>
    public int BetterTokens(PackedBlock block) => block.Loss.AsSpan(Better.Start, Better.Length).Count(true);

    /// <summary>Names the pair by its tokens, wherever it lies.</summary>
    public UInt128 Key(PackedBlock block) => XxHash128.HashToUInt128(
        MemoryMarshal.AsBytes(block.Tokens.AsSpan(Better.Start, Better.Length + Worse.Length)), Better.Length);

    private static int LowerBound(int[] places, int place)
    {
        var index = Array.BinarySearch(places, place);
        return index < 0 ? ~index : index;
    }
}

/// <summary>A pair and the log-probabilities of its answers.</summary>
internal readonly record struct ScoredPair(PreferencePair Pair, double Better, double Worse)
{
    /// <summary>How much more probable the better answer is, natural logarithm.</summary>
    public double LogRatio => Better - Worse;
}
