using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Cleaning;

/// <summary>What <c>llamax corpus clean</c> does with every line; a recipe for it is a YAML file with these keys.</summary>
public sealed record CleaningOptions
{
    /// <summary>The form that texts are brought into.</summary>
    public UnicodeForm Unicode { get; init; } = UnicodeForm.Nfc;

    /// <summary>Whether white space of any kind becomes one space, and none at the ends.</summary>
    public bool Whitespace { get; init; } = true;

    /// <summary>Whether controls, byte order marks, soft hyphens, zero-width spaces and direction marks are taken out.</summary>
    public bool InvisibleCharacters { get; init; } = true;

    /// <summary>A tokenizer's file or folder, for leastTokens and mostTokens.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>A fastText model that identifies languages, for leastLanguage; null = languages are not identified.</summary>
    public string? Identifier { get; init; }

    /// <summary>The thresholds for all languages.</summary>
    public CleaningLimits Limits { get; init; } = new();

    /// <summary>Other thresholds for single languages, by any of their codes.</summary>
    public IReadOnlyDictionary<string, CleaningLimits> Languages { get; init; } = new Dictionary<string, CleaningLimits>();

    /// <summary>Column → what it may say. A TSV has names of columns where its first line is a header, numbers where not.</summary>
    public IReadOnlyDictionary<string, ScoreLimits> Scores { get; init; } = new Dictionary<string, ScoreLimits>();

    /// <summary>How many examples are kept of each reason for which lines were removed.</summary>
    public int SamplesPerReason { get; init; } = 5;

    /// <summary>Decides which examples are kept.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Every key with what holds where nothing is set.</summary>
    public static CleaningOptions Example { get; } = new() { Limits = CleaningLimits.Default };

    public IEnumerable<OptionProblem> Problems()
    {
        if (SamplesPerReason is < 0 or > 1000)
            yield return new("samplesPerReason", SamplesPerReason, "must be 0 to 1000", "use 5");
        foreach (var (column, limits) in Scores)
            if ((limits.Least ?? limits.Most) is null || limits.Least > limits.Most)
                yield return new($"scores.{column}", limits.Least, "needs a least or a most, and no most below the least",
                    "write {least: 0.5}");
        foreach (var problem in Limits.Problems("limits"))
            yield return problem;
        var codes = new Dictionary<Language, string>();
        foreach (var (code, limits) in Languages)
        {
            if (!LanguageRegistry.TryFind(code, out var language))
                yield return new($"languages.{code}", code, "is no language", "llamax languages lists the codes");
            else if (!codes.TryAdd(language, code))
                yield return new($"languages.{code}", code, $"is the same language as {codes[language]}", "write its thresholds once");
            foreach (var problem in limits.Problems($"languages.{code}"))
                yield return problem;
        }

        var all = Languages.Values.Prepend(Limits);
        if (Tokenizer is null && all.Any(limits => (limits.LeastTokens ?? limits.MostTokens) is not null))
            yield return new("tokenizer", null, "leastTokens and mostTokens need one", "name a tokenizer.model or a tokenizer.json");
    }

    /// <summary>The limits that hold for a language.</summary>
    internal CleaningLimits LimitsOf(Language? language)
    {
        var own = Languages.FirstOrDefault(entry => LanguageRegistry.TryFind(entry.Key, out var found) && found == language).Value;
        return (own ?? new()).Over(Limits).Over(CleaningLimits.Default);
    }
}
