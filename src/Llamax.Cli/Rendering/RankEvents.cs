using Llamax.Runs.Progress;

namespace Llamax.Cli.Rendering;

/// <summary>What a rank that is not the first one says: warnings alone. The first one speaks for all of them.</summary>
internal sealed class RankEvents(TextWriter target) : IRunEvents
{
    public IRunStep Begin(string name, long total, string unit) => SilentEvents.Instance;

    public void Measure(string name, double value, long step)
    {
    }

    public void Note(string message)
    {
    }

    public void Warn(string message) => target.WriteLine($"warning: {message}");
}
