using Llamax.Runs.Progress;

namespace Llamax.Corpus.Tests.Building;

/// <summary>Remembers what a run warned of.</summary>
internal sealed class Warnings : IRunEvents
{
    public List<string> Messages { get; } = [];

    public IRunStep Begin(string name, long total, string unit) => SilentEvents.Instance;

    public void Measure(string name, double value, long step)
    {
    }

    public void Note(string message)
    {
    }

    public void Warn(string message) => Messages.Add(message);
}
