using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Translators;

/// <summary>
/// A model whose answers are searched for: what is the same however it is asked. Those who derive say what a search continues, and how
/// its answers are read.
/// </summary>
public abstract class SearchTranslator : ITranslator
{
    /// <summary>Texts that are searched together: enough to sort them by length into even batches.</summary>
    private const int Window = 1024;

    private readonly IDecoderEngine _engine;
    private readonly ITokenizer _tokenizer;
    private readonly BatchedSearch _search;
    private readonly IRunEvents _events;
    private readonly HashSet<(string, string)> _warned = [];
    private readonly Dictionary<string, ScriptRule> _scripts = [];

    private protected SearchTranslator(
        IDecoderEngine engine, ITokenizer tokenizer, TranslationProfile profile, BatchedSearch search, IRunEvents? events)
    {
        (_engine, _tokenizer, Profile, _search, _events) = (engine, tokenizer, profile, search, events ?? SilentEvents.Instance);
    }

    /// <summary>Only characters of the target language's script, and those of every script, are said (<see cref="ScriptRule"/>).</summary>
    public bool KeepsScript { get; init; }

    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default) =>
        requests.Chunk(Window).SelectMany(window => TranslateWindow(window, cancellation));

    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected TranslationProfile Profile { get; }

    /// <summary>Tokens at the beginning of every answer that are no text: the language of the translation.</summary>
    private protected virtual int TokensBeforeAnswer => 0;

    /// <summary>What the search continues; what holds for every model is added to it.</summary>
    /// <param name="source">Code and name of the language in which the text is.</param>
    /// <param name="target">Those of the language wanted.</param>
    /// <param name="request">With a text that is not blank.</param>
    private protected abstract SearchPrompt Ask(
        (string Code, string Name) source, (string Code, string Name) target, TranslationRequest request);

    /// <summary>The translation in what was generated.</summary>
    private protected abstract string Answer(string generated);

    /// <summary>The tokens of what follows a text, as they would be if both were encoded at once.</summary>
    private protected int[] Continuation(string text, string following)
    {
        if (following.Length == 0)
            return [];
        var (alone, together) = (_tokenizer.Encode(text), _tokenizer.Encode(text + following));
        return together.AsSpan().StartsWith(alone) ? together[alone.Length..] : _tokenizer.Encode(following);
    }

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
            if (_engine.MostNewTokens(prompt.Tokens.Length) < Math.Max(1, prompt.SourceTokens))
            {
                translations[i] = new(request, [])
                {
                    IsTooLong = true,
                    Problem = $"too long: {prompt.Tokens.Length} tokens and an answer of the source's length, {prompt.SourceTokens}, "
                        + $"are more than the model's {_engine.MaxLength}; split the text",
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
        var source = Profile.Language(request.Source);
        var target = Profile.Language(request.Target);
        if (!Profile.Covers(source.Code, target.Code) && _warned.Add((source.Code, target.Code)))
            _events.Warn($"the model was not trained to translate {source.Code}→{target.Code} (its translation.json); it is tried");
        return (source, target);
    }

    private SearchPrompt Prompt((string Code, string Name) source, (string Code, string Name) target, TranslationRequest request) =>
        Ask(source, target, request) with
        {
            SourceTokens = _tokenizer.Encode(request.Text.Trim()).Length,
            Rules = KeepsScript ? [ScriptOf(target.Code)] : [],
            Phrases = [.. request.Terms.Where(term => !string.IsNullOrWhiteSpace(term)).Select(term => Spellings(term.Trim()))],
        };

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
            .GroupBy(hypothesis => Answer(Decode(hypothesis.Tokens)))
            .Select(same => new TranslationCandidate(same.Key, same.First().Score) { Count = same.Count() });
        return new(request, [.. candidates]) { IsCut = !hypotheses[0].IsFinished };
    }

    // Many models have rows beyond their vocabulary, which round the matrix up and mean nothing.
    private string Decode(int[] tokens) =>
        _tokenizer.Decode([.. tokens.Skip(TokensBeforeAnswer).Where(id => id < _tokenizer.VocabularySize)]);
}
