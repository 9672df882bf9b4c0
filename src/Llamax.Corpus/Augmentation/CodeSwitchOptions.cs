using Llamax.Runs;

namespace Llamax.Corpus.Augmentation;

/// <summary>How words of a source sentence are replaced.</summary>
public sealed record CodeSwitchOptions
{
    /// <summary>
    /// Probability that a word with a translation is replaced, 0 to 1. The paper says "randomly" and gives no rate; 0.3 is our choice.
    /// </summary>
    public double ReplacementRate { get; init; } = 0.3;

    /// <summary>Words of the longest phrase that is looked up, 1 to 8; the longest match wins. 1 is the paper's word by word.</summary>
    public int LongestPhrase { get; init; } = 3;

    public IEnumerable<OptionProblem> Problems()
    {
        if (!(ReplacementRate is >= 0 and <= 1))
            yield return new("replacementRate", ReplacementRate, "must be 0 to 1", "use 0.3");
        if (LongestPhrase is < 1 or > 8)
            yield return new("longestPhrase", LongestPhrase, "must be 1 to 8", "use 3, or 1 for single words");
    }
}
