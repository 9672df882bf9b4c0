using Llamax.Runs;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// How far translations reach (LLaMAX, Appendix F and Table 11). One hop: the entries of the dictionaries. Two hops: also the entries of
/// those entries (dog → chien → Hund), where the word between is of a pivot language.
/// </summary>
public sealed record LexiconHops
{
    /// <summary>The paper's choice: the entries alone.</summary>
    public static LexiconHops One { get; } = new();

    /// <summary>1, the paper's choice ("1-hop translation in data augmentation is enough"), or 2.</summary>
    public int Hops { get; init; } = 1;

    /// <summary>
    /// Paper codes of the languages whose words may stand between the two hops. English by default: MUSE's and PanLex's dictionaries
    /// meet there.
    /// </summary>
    public IReadOnlyList<string> Pivots { get; init; } = ["en"];

    public IEnumerable<OptionProblem> Problems()
    {
        if (Hops is not (1 or 2))
            yield return new("hops", Hops, "must be 1 or 2", "use 1, the paper's choice");
        if (Hops == 2 && Pivots.Count == 0)
            yield return new("pivots", "", "two hops need a language in the middle", "use en");
    }
}
