using Llamax.Runs;

namespace Llamax.Corpus.Deduplication;

/// <summary>When a pair is taken to be in a test set.</summary>
public sealed record DecontaminationOptions
{
    /// <summary>
    /// Words in a row that a text may not share with a test sentence. Whole sentences are compared too, so shorter ones are found where
    /// they are equal.
    /// </summary>
    public int Words { get; init; } = 10;

    /// <summary>Letters in a row, for text without spaces between words.</summary>
    public int Letters { get; init; } = 25;

    /// <summary>Whether hits are only reported and nothing is removed.</summary>
    public bool ReportOnly { get; init; }

    /// <summary>Examples of each test set in the report.</summary>
    public int Examples { get; init; } = 5;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Words is < 3 or > 100)
            yield return new("--words", Words, "must be 3 to 100", "use 10");
        if (Letters is < 5 or > 500)
            yield return new("--letters", Letters, "must be 5 to 500", "use 25");
        if (Examples is < 0 or > 1000)
            yield return new("--examples", Examples, "must be 0 to 1000", "use 5");
    }

    internal string Description => FormattableString.Invariant($"words: {Words}\nletters: {Letters}\nreportOnly: {ReportOnly}\n");
}
