using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// A filter is a pure verdict: the same for the same pair whatever came before, and callable from many threads. Reading, counting,
/// keeping what was removed and resuming are not its business.
/// </summary>
public interface IPairFilter
{
    /// <summary>What its changes are counted under.</summary>
    string Name { get; }

    /// <summary>The reasons for which it drops.</summary>
    IReadOnlyList<string> Reasons { get; }

    /// <param name="pair">A line of one language has an empty target, and filters that were made for one side do not look at it.</param>
    Verdict Judge(in SentencePair pair);
}
