using System.Globalization;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs.Progress;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Translators;

/// <summary>A decoder-only model that is asked by a prompt to translate (LLaMAX, section 4 and Table 14).</summary>
public sealed class PromptedTranslator : ITranslator
{
    /// <summary>Texts that are searched together: enough to sort them by length into even batches.</summary>
    private const int Window = 1024;

    private readonly IDecoderEngine _engine;
    private readonly ITokenizer _tokenizer;
    private readonly TranslationProfile _profile;
    private readonly BatchedSearch _search;
    private readonly IRunEvents _events;
    private readonly HashSet<(string, string)> _warned = [];

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
    {
        (_engine, _tokenizer, _profile, _events) = (engine, tokenizer, profile, events ?? SilentEvents.Instance);
        _search = new(engine, endIds, options ?? profile.Search, new StopTexts(tokenizer, profile.Template.Stops).Rule);
    }

    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default)
    {
        using var step = _events.Begin("translate", requests.TryGetNonEnumeratedCount(out var total) ? total : 0, "text");
        var (done, failed, cut) = (0L, 0L, 0L);
        foreach (var window in requests.Chunk(Window))
            foreach (var translation in TranslateWindow(window, step, cancellation))
            {
                done++;
                failed += translation.Problem is null ? 0 : 1;
                cut += translation.IsCut ? 1 : 0;
                yield return translation;
            }

        if (failed > 0 || cut > 0)
            _events.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{failed:N0} of {done:N0} texts failed; {cut:N0} answers were cut at the limit of new tokens"));
    }

    public void Dispose() => _engine.Dispose();

    private Translation[] TranslateWindow(TranslationRequest[] requests, IRunStep step, CancellationToken cancellation)
    {
        var translations = new Translation[requests.Length];
        var prompts = new List<SearchPrompt>();
        var places = new List<int>();
        for (var i = 0; i < requests.Length; i++)
        {
            var request = requests[i];
            var (source, target) = Languages(request);
            if (string.IsNullOrWhiteSpace(request.Text))
            {
                translations[i] = new(request, [new("", 0)]);
                step.Advance(1);
                continue;
            }

            var prompt = Prompt(source, target, request.Text);
            var needed = (long)prompt.Tokens.Length + Math.Max(1, prompt.SourceTokens);
            if (needed > _engine.MaxLength)
            {
                translations[i] = new(request, [])
                {
                    Problem = $"too long: prompt and an answer of the source's length need {needed} tokens, the model has "
                        + $"{_engine.MaxLength}; split the text",
                };
                step.Advance(1);
                continue;
            }

            prompts.Add(prompt);
            places.Add(i);
        }

        _search.Run(
            prompts,
            (index, hypotheses) =>
            {
                translations[places[index]] = Read(requests[places[index]], hypotheses);
                step.Advance(1);
            },
            cancellation);
        return translations;
    }

    private (string Source, string Target) Languages(TranslationRequest request)
    {
        var source = _profile.Language(request.Source);
        var target = _profile.Language(request.Target);
        if (!_profile.Covers(source.Code, target.Code) && _warned.Add((source.Code, target.Code)))
            _events.Warn($"the model was not trained to translate {source.Code}→{target.Code} (its translation.json); it is tried");
        return (source.Name, target.Name);
    }

    private SearchPrompt Prompt(string source, string target, string text)
    {
        var tokens = new List<int>();
        if (_tokenizer.BosId is { } bos)
            tokens.Add(bos);
        _tokenizer.Encode(_profile.Template.Format(source, target, text), tokens);
        return new([.. tokens]) { SourceTokens = _tokenizer.Encode(text.Trim()).Length };
    }

    private Translation Read(TranslationRequest request, IReadOnlyList<Hypothesis> hypotheses)
    {
        var candidates = hypotheses
            .Select(hypothesis => new TranslationCandidate(_profile.Template.Answer(Decode(hypothesis.Tokens)), hypothesis.Score))
            .DistinctBy(candidate => candidate.Text);
        return new(request, [.. candidates]) { IsCut = !hypotheses[0].IsFinished };
    }

    // Many models have rows beyond their vocabulary, which round the matrix up and mean nothing.
    private string Decode(int[] tokens) => _tokenizer.Decode([.. tokens.Where(id => id < _tokenizer.VocabularySize)]);
}
