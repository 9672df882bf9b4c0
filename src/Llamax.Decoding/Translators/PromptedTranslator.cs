using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs.Progress;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Translators;

/// <summary>A decoder-only model that is asked by a prompt to translate (LLaMAX, section 4 and Table 14).</summary>
public sealed class PromptedTranslator : SearchTranslator
{
    private readonly ITokenizer _tokenizer;

    /// <param name="engine">The model; this translator disposes it.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="endIds">Its end tokens, for example <c>eos_token_id</c> of config.json.</param>
    /// <param name="profile">The prompt and the languages.</param>
    /// <param name="options">How to search; null = as the profile says.</param>
    /// <param name="events">Hears of untrained directions.</param>
    /// <exception cref="Llamax.Runs.RequestException">An option breaks its rule.</exception>
    public PromptedTranslator(
        IDecoderEngine engine,
        ITokenizer tokenizer,
        IEnumerable<int> endIds,
        TranslationProfile profile,
        SearchOptions? options = null,
        IRunEvents? events = null)
        : base(
            engine, tokenizer, profile,
            new(engine, endIds, options ?? profile.Search, new StopTexts(tokenizer, profile.Template.Stops).Rule), events) =>
        _tokenizer = tokenizer;

    private protected override SearchPrompt Prompt((string Code, string Name) source, (string Code, string Name) target, string text)
    {
        Profile.Require(source.Code, target.Code);
        var tokens = new List<int>();
        if (_tokenizer.BosId is { } bos)
            tokens.Add(bos);
        _tokenizer.Encode(Profile.Template.Format(source, target, text), tokens);
        return new([.. tokens]) { SourceTokens = _tokenizer.Encode(text.Trim()).Length };
    }

    private protected override int[] Beginning(
        (string Code, string Name) source, (string Code, string Name) target, TranslationRequest request) =>
        Continuation(Profile.Template.Format(source, target, request.Text), request.Prefix);

    private protected override string Read(string generated) => ReadAnswer(generated);
}
