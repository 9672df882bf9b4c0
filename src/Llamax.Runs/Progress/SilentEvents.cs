namespace Llamax.Runs.Progress;

/// <summary>Says nothing.</summary>
public sealed class SilentEvents : IRunEvents, IRunStep
{
    public static SilentEvents Instance { get; } = new();

    private SilentEvents()
    {
    }

    public IRunStep Begin(string name, long total, string unit) => this;

    public void Measure(string name, double value, long step)
    {
    }

    public void Note(string message)
    {
    }

    public void Warn(string message)
    {
    }

    public void Advance(long units)
    {
    }

    public void Status(string text)
    {
    }

    public void Dispose()
    {
    }
}
