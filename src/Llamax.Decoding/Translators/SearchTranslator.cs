using System.Globalization;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs.Progress;
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

    private protected SearchTranslator(
        IDecoderEngine engine, ITokenizer tokenizer, TranslationProfile profile, BatchedSearch search, IRunEvents? events)
    {
        (_engine, _tokenizer, Profile, _search, _events) = (engine, tokenizer, profile, search, events ?? SilentEvents.Instance);
    }

    private protected TranslationProfile Profile { get; }

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

    /// <summary>The translation in what was generated.</summary>
    private protected abstract string Read(string generated);

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
            if (_engine.MostNewTokens(prompt.Tokens.Length) < Math.Max(1, prompt.SourceTokens))
            {
                translations[i] = new(request, [])
                {
                    Problem = $"too long: {prompt.Tokens.Length} tokens and an answer of the source's length, {prompt.SourceTokens}, "
                        + $"are more than the model's {_engine.MaxLength}; split the text",
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
                translations[places[index]] = Read(requests[places[index]], prompts[index], hypotheses);
                step.Advance(1);
            },
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

    private Translation Read(TranslationRequest request, SearchPrompt prompt, IReadOnlyList<Hypothesis> hypotheses)
    {
        var candidates = hypotheses
            .Select(hypothesis => new TranslationCandidate(Read(Decode(hypothesis.Tokens, prompt.Forced.Count)), hypothesis.Score))
            .DistinctBy(candidate => candidate.Text);
        return new(request, [.. candidates]) { IsCut = !hypotheses[0].IsFinished };
    }

    // Many models have rows beyond their vocabulary, which round the matrix up and mean nothing.
    private string Decode(int[] tokens, int forced) =>
        _tokenizer.Decode([.. tokens.Skip(forced).Where(id => id < _tokenizer.VocabularySize)]);
}
