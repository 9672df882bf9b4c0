using Llamax.Evaluation.Directions;
using Llamax.Evaluation.Suites;

namespace Llamax.Evaluation.Tests.Directions;

/// <summary>Translates by a function of the sentence and counts its calls.</summary>
internal sealed class ToyTranslator(Func<string, string> translate, string fingerprint = "toy") : IDirectionTranslator
{
    public List<string> Calls { get; } = [];

    public int? FailAtCall { get; init; }

    public string Name => "toy";

    public string Fingerprint => fingerprint;

    public IReadOnlyList<string> Translate(IReadOnlyList<TestDirection> directions, CancellationToken cancellation)
    {
        if (Calls.Count == FailAtCall)
            throw new OperationCanceledException();
        Calls.Add(string.Join(' ', directions.Select(d => $"{d.Source}-{d.Target}")));
        return [.. directions.SelectMany(d => d.SourceLines).Select(translate)];
    }
}
