using Llamax.Runs;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// The thresholds of the filters, for all languages or for one. What is not set here holds as it is set for all languages, and what is
/// not set there as in <see cref="Default"/>. A least of 0, or a share of 1 at most, lets everything pass.
/// </summary>
public sealed record CleaningLimits
{
    /// <summary>
    /// What holds where nothing is set: of the sentences of Flores-101, which are all good, fewer than 15 of a thousand pairs with English
    /// are dropped in any language.
    /// </summary>
    public static CleaningLimits Default { get; } = new()
    {
        LeastCharacters = 1,
        MostCharacters = 2000,
        LeastWords = 1,
        MostWords = 200,
        MostLengthRatio = 3,
        CopyOfSource = true,
        LeastNumerals = 0.4,
        MostPunctuation = 0.3,
        MostSymbols = 0.2,
        MostSameCharacters = 10,
        MostRepeated = 0.3,
        LeastScript = 0.5,
        MostMarkup = 0.1,
        MostUrl = 0.3,
        LeastLanguage = 0.2,
    };

    public int? LeastCharacters { get; init; }

    public int? MostCharacters { get; init; }

    /// <summary>Words between spaces; not applied to languages that write none.</summary>
    public int? LeastWords { get; init; }

    public int? MostWords { get; init; }

    /// <summary>Tokens of <see cref="CleaningOptions.Tokenizer"/>.</summary>
    public int? LeastTokens { get; init; }

    public int? MostTokens { get; init; }

    /// <summary>The longer text over the shorter, at least 1; of two languages' limits the more generous holds.</summary>
    public double? MostLengthRatio { get; init; }

    /// <summary>Whether pairs are dropped whose two texts are the same.</summary>
    public bool? CopyOfSource { get; init; }

    /// <summary>How far the digits of both texts agree, 0 to 1; of two languages' limits the more generous holds.</summary>
    public double? LeastNumerals { get; init; }

    /// <summary>Share of punctuation among all characters but spaces.</summary>
    public double? MostPunctuation { get; init; }

    /// <summary>Share of symbols (+ = $ © and emoji) among all characters but spaces.</summary>
    public double? MostSymbols { get; init; }

    /// <summary>The longest run of one character.</summary>
    public int? MostSameCharacters { get; init; }

    /// <summary>Share of n-grams that the text has said before.</summary>
    public double? MostRepeated { get; init; }

    /// <summary>Share of letters in the language's script.</summary>
    public double? LeastScript { get; init; }

    /// <summary>Share of characters inside tags and entities.</summary>
    public double? MostMarkup { get; init; }

    /// <summary>Share of characters inside web addresses.</summary>
    public double? MostUrl { get; init; }

    /// <summary>Probability that <see cref="CleaningOptions.Identifier"/> gives to the text's language.</summary>
    public double? LeastLanguage { get; init; }

    /// <summary>These limits, and where one is not set, the other's.</summary>
    internal CleaningLimits Over(CleaningLimits other) => new()
    {
        LeastCharacters = LeastCharacters ?? other.LeastCharacters,
        MostCharacters = MostCharacters ?? other.MostCharacters,
        LeastWords = LeastWords ?? other.LeastWords,
        MostWords = MostWords ?? other.MostWords,
        LeastTokens = LeastTokens ?? other.LeastTokens,
        MostTokens = MostTokens ?? other.MostTokens,
        MostLengthRatio = MostLengthRatio ?? other.MostLengthRatio,
        CopyOfSource = CopyOfSource ?? other.CopyOfSource,
        LeastNumerals = LeastNumerals ?? other.LeastNumerals,
        MostPunctuation = MostPunctuation ?? other.MostPunctuation,
        MostSymbols = MostSymbols ?? other.MostSymbols,
        MostSameCharacters = MostSameCharacters ?? other.MostSameCharacters,
        MostRepeated = MostRepeated ?? other.MostRepeated,
        LeastScript = LeastScript ?? other.LeastScript,
        MostMarkup = MostMarkup ?? other.MostMarkup,
        MostUrl = MostUrl ?? other.MostUrl,
        LeastLanguage = LeastLanguage ?? other.LeastLanguage,
    };

    /// <param name="where">The path of this record in the recipe.</param>
    internal IEnumerable<OptionProblem> Problems(string where)
    {
        (string Name, double? Value)[] shares =
        [
            ("leastNumerals", LeastNumerals), ("mostPunctuation", MostPunctuation), ("mostSymbols", MostSymbols),
            ("mostRepeated", MostRepeated), ("leastScript", LeastScript), ("mostMarkup", MostMarkup), ("mostUrl", MostUrl),
            ("leastLanguage", LeastLanguage),
        ];
        foreach (var (name, value) in shares)
            if (value is < 0 or > 1)
                yield return new($"{where}.{name}", value, "must be a share from 0 to 1", "30 per cent is 0.3");
        (string Name, int? Least, int? Most)[] ranges =
        [
            ("Characters", LeastCharacters, MostCharacters), ("Words", LeastWords, MostWords), ("Tokens", LeastTokens, MostTokens),
        ];
        foreach (var (name, least, most) in ranges)
        {
            if (least < 0)
                yield return new($"{where}.least{name}", least, "must not be negative", "use 0 for no limit");
            if (most < Math.Max(least ?? 0, 1))
                yield return new($"{where}.most{name}", most, $"must be at least 1 and at least least{name}", "raise it");
        }

        if (MostSameCharacters < 1)
            yield return new($"{where}.mostSameCharacters", MostSameCharacters, "must be at least 1", "use 10");
        if (MostLengthRatio < 1)
            yield return new($"{where}.mostLengthRatio", MostLengthRatio, "must be at least 1: the longer text over the shorter", "use 3");
    }
}
