using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;
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
    private readonly Dictionary<string, ScriptRule> _scripts = [];

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
    {
        (_engine, _tokenizer, _profile, _events) = (engine, tokenizer, profile, events ?? SilentEvents.Instance);
        _search = new(engine, endIds, options ?? profile.Search, new StopTexts(tokenizer, profile.Template.Stops).Rule);
    }

    /// <summary>Only characters of the target language's script, and those of every script, are said (<see cref="ScriptRule"/>).</summary>
    public bool KeepsScript { get; init; }

    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default) =>
        requests.Chunk(Window).SelectMany(window => TranslateWindow(window, cancellation));

    public void Dispose() => _engine.Dispose();

    private Translation[] TranslateWindow(TranslationRequest[] requests, CancellationToken cancellation)
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
                continue;
            }

            var prompt = Prompt(source, target, request);
            var needed = (long)prompt.Tokens.Length + Math.Max(1, prompt.SourceTokens);
            if (needed > _engine.MaxLength)
            {
                translations[i] = new(request, [])
                {
                    IsTooLong = true,
                    Problem = $"too long: prompt and an answer of the source's length need {needed} tokens, the model has "
                        + $"{_engine.MaxLength}; split the text",
                };
            }
            else if (prompt.Phrases.Count > 0 && _search.Options is { Beams: < 2 } or { Sampling: not null })
            {
                translations[i] = new(request, []) { Problem = "terms that must appear need a search with 2 beams or more" };
            }
            else
            {
                prompts.Add(prompt);
                places.Add(i);
            }
        }

        _search.Run(
            prompts,
            (index, hypotheses) => translations[places[index]] = Read(requests[places[index]], hypotheses),
            cancellation);
        return translations;
    }

    private ((string Code, string Name) Source, (string Code, string Name) Target) Languages(TranslationRequest request)
    {
        var source = _profile.Language(request.Source);
        var target = _profile.Language(request.Target);
        _profile.Require(source.Code, target.Code);
        if (!_profile.Covers(source.Code, target.Code) && _warned.Add((source.Code, target.Code)))
            _events.Warn($"the model was not trained to translate {source.Code}→{target.Code} (its translation.json); it is tried");
        return (source, target);
    }

    private SearchPrompt Prompt((string Code, string Name) source, (string Code, string Name) target, TranslationRequest request)
    {
        var text = _profile.Template.Format(source, target, request.Text);
        var tokens = new List<int>();
        if (_tokenizer.BosId is { } bos)
            tokens.Add(bos);
        _tokenizer.Encode(text, tokens);
        return new([.. tokens])
        {
            SourceTokens = _tokenizer.Encode(request.Text.Trim()).Length,
            Forced = Continuation(text, request.Prefix),
            Rules = KeepsScript ? [ScriptOf(target.Code)] : [],
            Phrases = [.. request.Terms.Where(term => !string.IsNullOrWhiteSpace(term)).Select(term => Spellings(term.Trim()))],
        };
    }

    /// <summary>The tokens of what follows a text, as they would be if both were encoded at once.</summary>
    private int[] Continuation(string text, string following)
    {
        if (following.Length == 0)
            return [];
        var (alone, together) = (_tokenizer.Encode(text), _tokenizer.Encode(text + following));
        return together.AsSpan().StartsWith(alone) ? together[alone.Length..] : _tokenizer.Encode(following);
    }

    /// <summary>A term at the beginning, behind a space, and behind a bracket or a letter of a language without spaces.</summary>
    private IReadOnlyList<int[]> Spellings(string term)
    {
        int[][] spellings = [_tokenizer.Encode(term), Continuation("a", " " + term), Continuation("(", term)];
        return [.. spellings.Where(spelling => spelling.Length > 0).DistinctBy(spelling => string.Join(' ', spelling))];
    }

    private ScriptRule ScriptOf(string code)
    {
        var script = LanguageRegistry.Find(code).Script;
        if (!_scripts.TryGetValue(script, out var rule))
            _scripts[script] = rule = new(_tokenizer, script);
        return rule;
    }

    private Translation Read(TranslationRequest request, IReadOnlyList<Hypothesis> hypotheses)
    {
        var candidates = hypotheses
            .GroupBy(hypothesis => _profile.Template.Answer(Decode(hypothesis.Tokens)))
            .Select(same => new TranslationCandidate(same.Key, same.First().Score) { Count = same.Count() });
        return new(request, [.. candidates]) { IsCut = !hypotheses[0].IsFinished };
    }

    // Many models have rows beyond their vocabulary, which round the matrix up and mean nothing.
    private string Decode(int[] tokens) => _tokenizer.Decode([.. tokens.Where(id => id < _tokenizer.VocabularySize)]);
}
