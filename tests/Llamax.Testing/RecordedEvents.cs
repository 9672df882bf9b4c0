using Llamax.Runs.Progress;

namespace Llamax.Testing;

/// <summary>Remembers what a run said, and calls back on every event.</summary>
public sealed class RecordedEvents : IRunEvents, IRunStep
{
    public List<string> Notes { get; } = [];

    public List<string> Warnings { get; } = [];

    public List<string> Remarks { get; } = [];

    /// <summary>Units of the step begun last.</summary>
    public long Total { get; private set; }

    /// <summary>Units done in all steps.</summary>
    public long Done { get; private set; }

    /// <summary>Events of any kind so far.</summary>
    public int Count { get; private set; }

    public Action<string, double, long> OnMeasure { get; init; } = (_, _, _) => { };

    /// <summary>Hears of every event, with <see cref="Count"/>.</summary>
    public Action<int> OnEvent { get; init; } = _ => { };

    public IRunStep Begin(string name, long total, string unit)
    {
        Total = total;
        Tell();
        return this;
    }

    public void Measure(string name, double value, long step)
    {
        OnMeasure(name, value, step);
        Tell();
    }

    public void Note(string message)
    {
        Notes.Add(message);
        Tell();
    }

    public void Warn(string message)
    {
        Warnings.Add(message);
        Tell();
    }

    public void Advance(long units)
    {
        Done += units;
        Tell();
    }

    public void Status(string text)
    {
        Remarks.Add(text);
        Tell();
    }

    public void Dispose()
    {
    }

    private void Tell() => OnEvent(++Count);
}
