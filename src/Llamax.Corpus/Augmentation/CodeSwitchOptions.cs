using Llamax.Corpus.Lexicons;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Augmentation;

/// <summary>How words of a sentence are replaced. The defaults are the paper's, where it gives any.</summary>
public sealed record CodeSwitchOptions
{
    /// <summary>
    /// Probability that a word with a translation is replaced in the source of a sentence pair, 0 to 1. The paper says "randomly" and gives
    /// no rate; 0.3 is our choice.
    /// </summary>
    public double ReplacementRate { get; init; } = 0.3;

    /// <summary>The same for monolingual text; 1 is the paper's: "each word is individually replaced".</summary>
    public double MonolingualReplacementRate { get; init; } = 1;

    /// <summary>Languages that replacements come from, in any code of the registry; empty = all of the lexicon.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    public WordDivision Division { get; init; } = WordDivision.Paper;

    /// <summary>Words of the longest phrase that is looked up, 1 to 8; the longest match wins. 1 is the paper's word by word.</summary>
    public int LongestPhrase { get; init; } = 1;

    /// <summary>
    /// Whether the sentence keeps its case and a replacement takes the case of the word it replaces. The paper lower-cases all.
    /// </summary>
    public bool KeepCase { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (!(ReplacementRate is >= 0 and <= 1))
            yield return new("replacementRate", ReplacementRate, "must be 0 to 1", "use 0.3");
        if (!(MonolingualReplacementRate is >= 0 and <= 1))
            yield return new("monolingualReplacementRate", MonolingualReplacementRate, "must be 0 to 1", "use 1, the paper's value");
        if (Languages.FirstOrDefault(code => !LanguageRegistry.TryFind(code, out _)) is { } unknown)
            yield return new("languages", unknown, "must be languages of the registry", "llamax languages lists them");
        if (!Enum.IsDefined(Division))
            yield return new("division", Division, "must be paper, dictionaries or longestMatch", "use paper");
        if (LongestPhrase is < 1 or > 8)
            yield return new("longestPhrase", LongestPhrase, "must be 1 to 8", "use 1, the paper's single words, or 3");
    }
}
