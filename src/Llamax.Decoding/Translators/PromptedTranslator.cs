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
    /// <param name="events">Hears of progress, of untrained directions and of texts that failed.</param>
    /// <exception cref="Llamax.Runs.RequestException">An option breaks its rule.</exception>
    public PromptedTranslator(
        IDecoderEngine engine,
        ITokenizer tokenizer,
        IEnumerable<int> endIds,
        TranslationProfile profile,
        SearchOptions? options = null,
        IRunEvents? events = null)
        : base(engine, tokenizer, profile, Search(engine, tokenizer, endIds, profile, options), events) => _tokenizer = tokenizer;

    private protected override SearchPrompt Prompt((string Code, string Name) source, (string Code, string Name) target, string text)
    {
        var tokens = new List<int>();
        if (_tokenizer.BosId is { } bos)
            tokens.Add(bos);
        _tokenizer.Encode(Profile.Template.Format(source.Name, target.Name, text), tokens);
        return new([.. tokens]) { SourceTokens = _tokenizer.Encode(text.Trim()).Length };
    }

    private protected override string Read(string generated) => Profile.Template.Answer(generated);

    private static BatchedSearch Search(
        IDecoderEngine engine, ITokenizer tokenizer, IEnumerable<int> endIds, TranslationProfile profile, SearchOptions? options) =>
        new(engine, endIds.Concat(StopIds(tokenizer, profile.Template)), options ?? profile.Search);

    /// <summary>Tokens that begin with a stop text, so that an answer ends there instead of running on to the limit.</summary>
    private static IEnumerable<int> StopIds(ITokenizer tokenizer, PromptTemplate template)
    {
        if (template.Stops.Count == 0)
            yield break;
        for (var id = 0; id < tokenizer.VocabularySize; id++)
        {
            var text = tokenizer.Decode([id]).TrimStart(' ');
            if (template.Stops.Any(stop => text.StartsWith(stop, StringComparison.Ordinal)))
                yield return id;
        }
    }
}
