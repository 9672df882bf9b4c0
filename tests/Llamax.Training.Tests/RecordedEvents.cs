using Llamax.Runs.Progress;

namespace Llamax.Training.Tests;

/// <summary>Remembers what was said, and calls back on every measured value.</summary>
internal sealed class RecordedEvents : IRunEvents, IRunStep
{
    public List<string> Notes { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<string> Remarks { get; } = [];

    public Action<string, double, long> OnMeasure { get; init; } = (_, _, _) => { };

    public IRunStep Begin(string name, long total, string unit) => this;

    public void Measure(string name, double value, long step) => OnMeasure(name, value, step);

    public void Note(string message) => Notes.Add(message);

    public void Warn(string message) => Warnings.Add(message);

    public void Advance(long units)
    {
    }

    public void Status(string text) => Remarks.Add(text);

    public void Dispose()
    {
    }
}
