using Llamax.Evaluation.Directions;

namespace Llamax.Evaluation.Tests.Directions;

/// <summary>Translates by a function of the sentence and counts its calls.</summary>
internal sealed class ToyTranslator(Func<string, string> translate, string fingerprint = "toy") : IDirectionTranslator
{
    public List<string> Calls { get; } = [];

    public int? FailAtCall { get; init; }

    public string Name => "toy";

    public string Fingerprint => fingerprint;

    public IReadOnlyList<string> Translate(
        string source, string target, IReadOnlyList<string> sentences, CancellationToken cancellation)
    {
        if (Calls.Count == FailAtCall)
            throw new OperationCanceledException();
        Calls.Add($"{source}-{target}");
        return [.. sentences.Select(translate)];
    }
}
