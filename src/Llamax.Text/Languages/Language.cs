namespace Llamax.Text.Languages;

/// <summary>The public sets whose own language codes the registry knows.</summary>
public enum CodeSet
{
    Flores101,
    Flores200,
    Ntrex,
    Muse,
    PanLex,
    Tatoeba,
    Massive,
    Gatitos,

    /// <summary>Wiktionary data of the Extended Open Multilingual Wordnet.</summary>
    WiktionaryOmw,
    Tico19,
    Mafand,
    Cldr,
    Udhr,
}

/// <summary>A variety that shares a language's row, but is not what the paper trains and scores under its code.</summary>
/// <param name="Name">What it is called in English.</param>
/// <param name="Script">ISO 15924 code of its script.</param>
/// <param name="Codes">Its codes in public sets.</param>
public sealed record LanguageVariety(string Name, string Script, IReadOnlyList<string> Codes);

/// <summary>One of the paper's 102 languages. The 102 instances live in <see cref="LanguageRegistry"/>; there are no others.</summary>
public sealed class Language
{
    private readonly Dictionary<CodeSet, string[]> _codes;

    internal Language(Dictionary<CodeSet, string[]> codes) => _codes = codes;

    /// <summary>The paper's code: ISO 639-1 or else 639-3, and its own <c>zhtrad</c>, <c>ns</c>, <c>no</c>, <c>ku</c>.</summary>
    public required string Code { get; init; }

    /// <summary>English name.</summary>
    public required string Name { get; init; }

    /// <summary>The name in the authors' prompts, with their spelling slips (<c>Akrikaans</c>): released models were tuned on it.</summary>
    public required string PromptName { get; init; }

    /// <summary>ISO 639-1; empty when the language has none.</summary>
    public required string Iso6391 { get; init; }

    /// <summary>ISO 639-3 of the variety in Flores, for example <c>ckb</c> for <c>ku</c> and <c>arb</c> for <c>ar</c>.</summary>
    public required string Iso6393 { get; init; }

    /// <summary>ISO 15924 code of the script of the Flores text; Hans and Hant apart, Japanese is Jpan, Korean Hang.</summary>
    public required string Script { get; init; }

    /// <summary>Language family, as in the paper's grouping.</summary>
    public required string Family { get; init; }

    /// <summary>BCP-47 tag, which is also the name of the .NET culture, for example <c>zh-Hant</c>, <c>nb</c>, <c>fil</c>.</summary>
    public required string Bcp47 { get; init; }

    /// <summary>File code in Flores-101.</summary>
    public string Flores101 => _codes[CodeSet.Flores101][0];

    /// <summary>File code in Flores-200.</summary>
    public string Flores200 => _codes[CodeSet.Flores200][0];

    /// <summary>Whether the orthography puts spaces between words (Vietnamese: between syllables).</summary>
    public required bool SpacesBetweenWords { get; init; }

    /// <summary>Whether the script runs from right to left.</summary>
    public required bool RightToLeft { get; init; }

    /// <summary>Monolingual sentences in the paper's Table 9; null where the table has no row (<c>jv</c>).</summary>
    public required long? MonolingualSentences { get; init; }

    /// <summary>Sentence pairs with this language on one side in Table 9; null where the table has no row.</summary>
    public required long? ParallelSentences { get; init; }

    /// <summary>Translation directions with data in Table 9; null where the table has no row.</summary>
    public required int? Directions { get; init; }

    /// <summary>Varieties that share the row.</summary>
    public required IReadOnlyList<LanguageVariety> Varieties { get; init; }

    /// <summary>All codes of the language in a set, the main one first; empty when the set lacks the language.</summary>
    public IReadOnlyList<string> CodesIn(CodeSet set) => _codes[set];

    /// <summary>The main code of the language in a set; null when the set lacks the language.</summary>
    public string? CodeIn(CodeSet set) => _codes[set] is [var main, ..] ? main : null;

    /// <summary>The paper's code.</summary>
    public override string ToString() => Code;
}
