namespace Llamax.Decoding.Translators;

/// <summary>One text to translate.</summary>
/// <param name="Text">A sentence; blank text is translated by blank text.</param>
/// <param name="Source">A code or English name of its language.</param>
/// <param name="Target">A code or English name of the language wanted.</param>
public sealed record TranslationRequest(string Text, string Source, string Target)
{
    /// <summary>The beginning of the translation, already known.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Words or phrases in the target language that must be in the translation (see <see cref="Glossary"/>).</summary>
    public IReadOnlyList<string> Terms { get; init; } = [];
}

/// <summary>One way to translate a text.</summary>
/// <param name="Text">The translation.</param>
/// <param name="Score">Comparable within one model and one set of search options: higher is better.</param>
public sealed record TranslationCandidate(string Text, double Score)
{
    /// <summary>How many hypotheses say this.</summary>
    public int Count { get; init; } = 1;
}

/// <summary>What became of one <see cref="TranslationRequest"/>.</summary>
/// <param name="Request">What was asked.</param>
/// <param name="Candidates">Different texts, best first; empty when there is a problem.</param>
public sealed record Translation(TranslationRequest Request, IReadOnlyList<TranslationCandidate> Candidates)
{
    /// <summary>Why there is no translation; null when there is one.</summary>
    public string? Problem { get; init; }

    /// <summary>The problem is the text's length: its parts can be translated.</summary>
    public bool IsTooLong { get; init; }

    /// <summary>The limit on new tokens, and not the model, ended the best candidate.</summary>
    public bool IsCut { get; init; }

    /// <summary>The best candidate; empty when there is none.</summary>
    public string Text => Candidates is [var best, ..] ? best.Text : "";
}

/// <summary>Translates texts. One call at a time.</summary>
public interface ITranslator : IDisposable
{
    /// <summary>Translates, keeping the order: one result per request, in the order of the requests.</summary>
    /// <param name="requests">Read as they are needed; may be endless, and directions may be mixed.</param>
    /// <param name="cancellation">Stops within one token.</param>
    /// <returns>Results as they become ready; the work happens while they are enumerated.</returns>
    /// <exception cref="Llamax.Runs.RequestException">
    /// A language is unknown. What is wrong with one text alone is its <see cref="Translation.Problem"/>.
    /// </exception>
    IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default);
}
