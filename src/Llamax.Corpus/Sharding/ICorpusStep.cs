using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Sharding;

/// <summary>A step that looks at each pair alone, from many threads.</summary>
public interface ICorpusStep
{
    /// <summary>The reasons for which it removes pairs.</summary>
    IReadOnlyList<string> Reasons { get; }

    /// <param name="pair">The pair.</param>
    /// <param name="counts">What else is worth counting.</param>
    StepVerdict Judge(in SentencePair pair, PartCounts counts);
}

/// <summary>What a step makes of a pair.</summary>
/// <param name="Kept">The pair as it goes on; null = it does not.</param>
/// <param name="Reason">Why it was removed, or noted although it goes on; null where nothing is to be said.</param>
/// <param name="Detail">What the reason is about, for example the test sentence that it equals.</param>
public readonly record struct StepVerdict(SentencePair? Kept, string? Reason, string Detail)
{
    public static StepVerdict Keep(in SentencePair pair) => new(pair, null, "");

    public static StepVerdict Remove(string reason, string detail = "") => new(null, reason, detail);

    /// <summary>Kept, but listed among the removed with its reason.</summary>
    public static StepVerdict Note(in SentencePair pair, string reason, string detail) => new(pair, reason, detail);
}

/// <summary>Counters of one part, by name.</summary>
public sealed class PartCounts
{
    private readonly SortedDictionary<string, long> _counts = new(StringComparer.Ordinal);

    internal IReadOnlyDictionary<string, long> All => _counts;

    public void Add(string name, long count = 1) => _counts[name] = _counts.GetValueOrDefault(name) + count;
}
