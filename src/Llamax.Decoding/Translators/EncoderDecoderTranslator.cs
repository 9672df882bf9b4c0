using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Models.EncoderDecoder;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Translators;

/// <summary>
/// An encoder-decoder that is told its languages by tokens (M2M-100, NLLB, MADLAD-400), or by a prompt where its vocabulary has none
/// (Aya-101).
/// </summary>
public sealed class EncoderDecoderTranslator : SearchTranslator
{
    private readonly ITokenizer _tokenizer;
    private readonly EncoderDecoderConfig _config;
    private readonly LanguageTokens? _languages;

    /// <param name="engine">The model; this translator disposes it.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="config">Its config: start, end and forced tokens.</param>
    /// <param name="profile">The languages, and the prompt of a model without language tokens.</param>
    /// <param name="options">How to search; null = as the profile says.</param>
    /// <param name="events">Hears of progress, of untrained directions and of texts that failed.</param>
    /// <exception cref="RequestException">An option breaks its rule, or the vocabulary lacks the language tokens of M2M-100.</exception>
    public EncoderDecoderTranslator(
        IDecoderEngine engine,
        ITokenizer tokenizer,
        EncoderDecoderConfig config,
        TranslationProfile profile,
        SearchOptions? options = null,
        IRunEvents? events = null)
        : base(engine, tokenizer, profile, new(engine, config.EosIds, options ?? profile.Search), events)
    {
        (_tokenizer, _config, _languages) = (tokenizer, config, LanguageTokens.Find(tokenizer));
        if (_languages is null && config.Architecture.StartsWith("M2M100", StringComparison.Ordinal))
            throw new RequestException(
                "the tokenizer has no language tokens such as __en__ or eng_Latn, which M2M-100 and NLLB need", "",
                "put the model's own tokenizer.json into the folder");
    }

    private protected override SearchPrompt Prompt((string Code, string Name) source, (string Code, string Name) target, string text)
    {
        var tokens = new List<int>();
        int[] forced = _config.ForcedBosId is { } id ? [id] : [];
        switch (_languages?.Style)
        {
            case LanguageTokenStyle.Underscores or LanguageTokenStyle.Flores:
                tokens.Add(_languages.Id(source.Code));
                _tokenizer.Encode(text.Trim(), tokens);
                forced = [_languages.Id(target.Code)];
                break;
            case LanguageTokenStyle.ToTarget:
                _tokenizer.Encode($"{_languages.Piece(_languages.Id(target.Code))} {text.Trim()}", tokens);
                break;
            default:
                _tokenizer.Encode(Profile.Template.Format(source, target, text), tokens);
                break;
        }

        if (_config.EosIds is [var end, ..])
            tokens.Add(end);
        return new([.. tokens])
        {
            Said = [_config.DecoderStartId],
            Forced = forced,
            SourceTokens = _tokenizer.Encode(text.Trim()).Length,
        };
    }

    private protected override string Read(string generated) => _languages is null
        ? ReadAnswer(generated)
        : generated.ReplaceLineEndings(" ").Trim();
}
