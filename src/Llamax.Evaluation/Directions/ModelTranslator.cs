using Llamax.Decoding.Translators;

namespace Llamax.Evaluation.Directions;

/// <summary>A translator of the decoding room as a system under evaluation. The translator stays the caller's.</summary>
/// <param name="name">What reports call it.</param>
/// <param name="fingerprint">Names the weights, the prompt and the search options.</param>
/// <param name="translator">The translator.</param>
public sealed class ModelTranslator(string name, string fingerprint, ITranslator translator) : IDirectionTranslator
{
    public string Name => name;

    public string Fingerprint => fingerprint;

    public IReadOnlyList<string> Translate(
        string source, string target, IReadOnlyList<string> sentences, CancellationToken cancellation) =>
        [.. translator.Translate(sentences.Select(s => new TranslationRequest(s, source, target)), cancellation).Select(t => t.Text)];
}
