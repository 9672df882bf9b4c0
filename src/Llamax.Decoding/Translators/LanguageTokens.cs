using System.Text.RegularExpressions;
using Llamax.Runs;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Translators;

/// <summary>How a vocabulary writes its languages.</summary>
internal enum LanguageTokenStyle
{
    /// <summary><c>__ha__</c> (M2M-100): source language before the source, target language before the translation.</summary>
    Underscores,

    /// <summary><c>hau_Latn</c> (NLLB): likewise.</summary>
    Flores,

    /// <summary><c>&lt;2ha&gt;</c> (MADLAD-400): the target language before the source.</summary>
    ToTarget,
}

/// <summary>The tokens by which a vocabulary names languages, found by their spelling.</summary>
internal sealed partial class LanguageTokens
{
    private readonly ITokenizer _tokenizer;
    private readonly Dictionary<string, int> _bySpelling;
    private readonly Dictionary<string, (int Id, int Rank)> _byLanguage = new(StringComparer.Ordinal);

    private LanguageTokens(ITokenizer tokenizer, LanguageTokenStyle style, Dictionary<string, int> bySpelling)
    {
        (_tokenizer, Style, _bySpelling) = (tokenizer, style, bySpelling);
        foreach (var (code, id) in bySpelling.OrderBy(pair => pair.Value))
        {
            if (!LanguageRegistry.TryFind(code, out var language))
                continue;
            // nob_Latn and nno_Latn are both Norwegian to the registry: the language's own codes win.
            var rank = OwnCodes(language).Contains(Plain(code)) ? 0 : 1;
            if (!_byLanguage.TryGetValue(language.Code, out var found) || rank < found.Rank)
                _byLanguage[language.Code] = (id, rank);
        }
    }

    public LanguageTokenStyle Style { get; }

    /// <summary>Looks through a vocabulary; null where it has no language tokens.</summary>
    public static LanguageTokens? Find(ITokenizer tokenizer)
    {
        var found = Enum.GetValues<LanguageTokenStyle>().ToDictionary(
            style => style, _ => new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase));
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            var match = Spelling().Match(tokenizer.Piece(id));
            foreach (var style in Enum.GetValues<LanguageTokenStyle>())
                if (match.Groups[style.ToString()] is { Success: true } code)
                    found[style].TryAdd(code.Value, id);
        }

        // A word of an ordinary vocabulary may look like one; a model of many languages has many.
        var (best, tokens) = found.MaxBy(pair => pair.Value.Count);
        return tokens.Count < 2 ? null : new(tokenizer, best, tokens);
    }

    /// <summary>The token of a language.</summary>
    /// <param name="code">A code of the vocabulary itself, or the paper's.</param>
    /// <exception cref="RequestException">The model has no token for it.</exception>
    public int Id(string code) => _bySpelling.TryGetValue(code, out var id) ? id
        : _byLanguage.TryGetValue(code, out var found) ? found.Id
        : throw new RequestException(
            $"the model has no token for the language \"{code}\" among its {_bySpelling.Count}", "",
            "choose a language that the model was made for, or translate through another one with --pivot");

    /// <summary>How the vocabulary spells a token.</summary>
    public string Piece(int id) => _tokenizer.Piece(id);

    private static IEnumerable<string> OwnCodes(Language language) =>
        new[] { language.Code, language.Iso6391, language.Iso6393, language.Bcp47, language.Flores101, language.Flores200 }.Select(Plain);

    private static string Plain(string code) => code.Replace('_', '-').ToLowerInvariant();

    [GeneratedRegex("^(?:__(?<Underscores>[a-z]{2,3})__|(?<Flores>[a-z]{3}_[A-Z][a-z]{3})|<2(?<ToTarget>[A-Za-z_-]{2,12})>)$")]
    private static partial Regex Spelling();
}
