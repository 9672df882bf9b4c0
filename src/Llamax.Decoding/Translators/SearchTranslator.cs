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

    /// <summary>Answers to a prompt are read as the published scoring script reads them, its faults included.</summary>
    public bool ReadsAsPaper { get; init; }

    private protected TranslationProfile Profile { get; }

    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default) =>
        requests.Chunk(Window).SelectMany(window => TranslateWindow(window, cancellation));

    /// <summary>Refuses a direction that the model cannot be asked for, before anything is searched.</summary>
    /// <exception cref="Llamax.Runs.RequestException">Its profile or its vocabulary does not know one of the languages.</exception>
    public void Require(string source, string target)
    {
        var (from, to) = (Profile.Language(source), Profile.Language(target));
        Profile.Require(from.Code, to.Code);
        _ = Prompt(from, to, "a");
    }

    public void Dispose()
    {
        _engine.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>What the search continues.</summary>
    /// <param name="source">Code and name of the language in which the text is.</param>
    /// <param name="target">Those of the language wanted.</param>
    /// <param name="text">Not blank.</param>
    private protected abstract SearchPrompt Prompt((string Code, string Name) source, (string Code, string Name) target, string text);

    /// <summary>The tokens of a beginning that is known already.</summary>
    private protected virtual int[] Beginning(
        (string Code, string Name) source, (string Code, string Name) target, TranslationRequest request) =>
        _tokenizer.Encode(request.Prefix);

    /// <summary>The translation in what was generated.</summary>
    private protected abstract string Read(string generated);

    /// <summary>The translation in an answer to the profile's prompt.</summary>
    private protected string ReadAnswer(string generated) =>
        ReadsAsPaper ? PaperAnswer.Read(generated) : Profile.Template.Answer(generated);

    /// <summary>The tokens of what follows a text, as they would be if both were encoded at once.</summary>
    private protected int[] Continuation(string text, string following)
    {
        var (alone, together) = (_tokenizer.Encode(text), _tokenizer.Encode(text + following));
        return together.AsSpan().StartsWith(alone) ? together[alone.Length..] : _tokenizer.Encode(following);
    }

    private Translation[] TranslateWindow(TranslationRequest[] requests, CancellationToken cancellation)
    {
        var translations = new Translation[requests.Length];
        var prompts = new List<SearchPrompt>();
        var places = new List<(int Request, int Marks)>();
        for (var i = 0; i < requests.Length; i++)
        {
            var request = requests[i];
            var (source, target) = Languages(request);
            if (string.IsNullOrWhiteSpace(request.Text))
            {
                translations[i] = new(request, [new("", 0)]);
                continue;
            }

            var plain = Prompt(source, target, request.Text);
            var prompt = Constrain(plain, source, target, request);
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
                places.Add((i, plain.Forced.Count));
            }
        }

        _search.Run(
            prompts,
            (index, hypotheses) =>
            {
                var (place, marks) = places[index];
                translations[place] = Read(requests[place], marks, hypotheses);
            },
            cancellation);
        return translations;
    }

    private SearchPrompt Constrain(
        SearchPrompt prompt, (string Code, string Name) source, (string Code, string Name) target, TranslationRequest request) =>
        prompt with
        {
            Forced = request.Prefix.Length == 0 ? prompt.Forced : [.. prompt.Forced, .. Beginning(source, target, request)],
            Rules = KeepsScript ? [ScriptOf(target.Code)] : [],
            Phrases = [.. request.Terms.Where(term => !string.IsNullOrWhiteSpace(term)).Select(term => Spellings(term.Trim()))],
        };

    private ((string Code, string Name) Source, (string Code, string Name) Target) Languages(TranslationRequest request)
    {
        var source = Profile.Language(request.Source);
        var target = Profile.Language(request.Target);
        if (!Profile.Covers(source.Code, target.Code) && _warned.Add((source.Code, target.Code)))
            _events.Warn($"the model was not trained to translate {source.Code}→{target.Code} (its translation.json); it is tried");
        return (source, target);
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

    /// <param name="request">What was asked.</param>
    /// <param name="marks">First tokens of every answer that are no text, such as its language.</param>
    /// <param name="hypotheses">What was found.</param>
    private Translation Read(TranslationRequest request, int marks, IReadOnlyList<Hypothesis> hypotheses)
    {
        var candidates = hypotheses
            .GroupBy(hypothesis => Read(Decode(hypothesis.Tokens.AsSpan(Math.Min(marks, hypothesis.Tokens.Length)))))
            .Select(same => new TranslationCandidate(same.Key, same.First().Score) { Count = same.Count() });
        return new(request, [.. candidates]) { IsCut = !hypotheses[0].IsFinished };
    }

    // Many models have rows beyond their vocabulary, which round the matrix up and mean nothing.
    private string Decode(ReadOnlySpan<int> tokens) => _tokenizer.Decode([.. tokens.ToArray().Where(id => id < _tokenizer.VocabularySize)]);
}
