using Llamax.Runs.Progress;

namespace Llamax.Decoding.Tests.Translators;

internal sealed class RecordedEvents : IRunEvents, IRunStep
{
    public List<string> Warnings { get; } = [];

    public long Total { get; private set; }

    public long Done { get; private set; }

    public IRunStep Begin(string name, long total, string unit)
    {
        Total = total;
        return this;
    }

    public void Measure(string name, double value, long step)
    {
    }

    public void Note(string message)
    {
    }

    public void Warn(string message) => Warnings.Add(message);

    public void Advance(long units) => Done += units;

    public void Status(string text)
    {
    }

    public void Dispose()
    {
    }
}
