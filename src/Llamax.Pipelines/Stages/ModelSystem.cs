using Llamax.Decoding.Translators;
using Llamax.Evaluation.Directions;
using Llamax.Evaluation.Suites;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;

namespace Llamax.Pipelines.Stages;

/// <summary>A model folder as a system under evaluation; opened when the first direction is translated.</summary>
internal sealed class ModelSystem(string name, string modelKey, string modelFolder, ModelTranslatorOptions options, IRunEvents events)
    : IDirectionTranslator, IDisposable
{
    private ITranslator? _translator;

    public string Name => name;

    public string Fingerprint { get; } = Manifest.HashTexts(modelKey, RecipeWriter.Write(options));

    public IReadOnlyList<string> Translate(IReadOnlyList<TestDirection> directions, CancellationToken cancellation)
    {
        _translator ??= ModelTranslator.Open(modelFolder, options, SilentEvents.Instance);
        var requests = directions.SelectMany(d => d.SourceLines.Select(line => new TranslationRequest(line, d.Source, d.Target)));
        var texts = new List<string>();
        foreach (var translation in _translator.Translate(requests, cancellation))
        {
            if (translation.Problem is { } problem)
                events.Warn($"{name}: {translation.Request.Source}→{translation.Request.Target}: {problem}");
            texts.Add(translation.Text);
        }

        return texts;
    }

    public void Dispose() => _translator?.Dispose();
}
