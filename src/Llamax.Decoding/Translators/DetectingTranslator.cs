using Llamax.Text.Identification;
using Llamax.Text.Languages;

namespace Llamax.Decoding.Translators;

/// <summary>Finds out the language of texts that come as <see cref="Auto"/>.</summary>
/// <param name="inner">Translates; disposed with this one.</param>
/// <param name="identifier">Says what language a text is in; a label that stands for several languages is settled by the script.</param>
public sealed class DetectingTranslator(ITranslator inner, ILanguageIdentifier identifier) : ITranslator
{
    /// <summary>The source language of a request that leaves it open.</summary>
    public const string Auto = "auto";

    private const int Window = 1024;

    /// <summary>
    /// As <see cref="ITranslator.Translate"/>. The request of a result names the language that was found; a text in no known language has
    /// a problem.
    /// </summary>
    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default)
    {
        foreach (var window in requests.Chunk(Window))
        {
            var known = window.Select(Detect).ToArray();
            using var translated = inner
                .Translate(known.OfType<TranslationRequest>(), cancellation)
                .GetEnumerator();
            for (var i = 0; i < window.Length; i++)
                if (known[i] is null)
                    yield return new(window[i], []) { Problem = "the language of the text was not recognised; name it with --from" };
                else if (translated.MoveNext())
                    yield return translated.Current;
        }
    }

    public void Dispose() => inner.Dispose();

    private TranslationRequest? Detect(TranslationRequest request)
    {
        if (request.Source != Auto)
            return request;
        if (string.IsNullOrWhiteSpace(request.Text))
            return request with { Source = request.Target };
        var script = ScriptDetector.Dominant(request.Text);
        Span<LabelProbability> best = stackalloc LabelProbability[LanguageJudgement.Depth];
        best = best[..identifier.Identify(request.Text.ReplaceLineEndings(" "), best)];
        foreach (var guess in best)
        {
            var languages = identifier.Labels[guess.Label].Languages;
            if (languages.Count > 0)
                return request with { Source = (languages.FirstOrDefault(language => language.Script == script) ?? languages[0]).Code };
        }

        return null;
    }
}
