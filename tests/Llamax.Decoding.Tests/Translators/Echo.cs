using Llamax.Decoding.Translators;

namespace Llamax.Decoding.Tests.Translators;

/// <summary>Translates into capitals with the direction behind, and remembers what it was asked, call by call.</summary>
internal sealed class Echo : ITranslator
{
    /// <summary>The texts of every call.</summary>
    public List<string[]> Calls { get; } = [];

    /// <summary>Longer texts are too long.</summary>
    public int Longest { get; init; } = int.MaxValue;

    /// <summary>Called before every call.</summary>
    public Action? OnCall { get; init; }

    /// <summary>What is put behind every translation.</summary>
    public Func<TranslationRequest, string> Suffix { get; init; } = request => $" {request.Source}>{request.Target}";

    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default)
    {
        OnCall?.Invoke();
        var all = requests.ToArray();
        Calls.Add([.. all.Select(request => request.Text)]);
        return all.Select(request =>
            request.Text.Length > Longest ? new(request, []) { IsTooLong = true, Problem = "too long" }
            : request.Text == "bad" ? new(request, []) { Problem = "bad" }
            : new Translation(request, [new(request.Text.ToUpperInvariant() + Suffix(request), request.Text.Length)]));
    }

    public void Dispose()
    {
    }
}
