using Llamax.Metrics.Ngrams;
using Llamax.Runs;

namespace Llamax.Metrics.Chrf;

/// <summary>The settings of chrF; the defaults are sacrebleu's and make chrF2.</summary>
public sealed record ChrfOptions
{
    /// <summary>The longest character n-gram, 1 to 6.</summary>
    public int CharacterOrder { get; init; } = 6;

    /// <summary>The longest word n-gram, 0 to 6; 2 makes chrF++.</summary>
    public int WordOrder { get; init; }

    /// <summary>How many times recall weighs more than precision, 1 or more.</summary>
    public int Beta { get; init; } = 2;

    /// <summary>Whether case is ignored.</summary>
    public bool Lowercase { get; init; }

    /// <summary>Whether white space belongs to the character n-grams.</summary>
    public bool Whitespace { get; init; }

    /// <summary>Averages over all orders, a tiny number for each that does not occur, as chrF++.py, Moses and NLTK do.</summary>
    public bool EpsilonSmoothing { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (CharacterOrder is < 1 or > NgramOverlap.HighestOrder)
            yield return new("characterOrder", CharacterOrder, "must be 1 to 6", "use 6, as everyone does");
        if (WordOrder is < 0 or > NgramOverlap.HighestOrder)
            yield return new("wordOrder", WordOrder, "must be 0 to 6", "use 0 for chrF or 2 for chrF++");
        if (Beta < 1)
            yield return new("beta", Beta, "must be 1 or more", "use 2, as everyone does");
    }
}
