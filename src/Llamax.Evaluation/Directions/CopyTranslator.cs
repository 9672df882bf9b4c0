using Llamax.Evaluation.Suites;

namespace Llamax.Evaluation.Directions;

/// <summary>Hands the source back: the score that a system gets for not translating at all. One near it is copying.</summary>
public sealed class CopyTranslator : IDirectionTranslator
{
    public string Name => "copy of the source";

    public string Fingerprint => "copy";

    public IReadOnlyList<string> Translate(IReadOnlyList<TestDirection> directions, CancellationToken cancellation) =>
        [.. directions.SelectMany(d => d.SourceLines)];
}
