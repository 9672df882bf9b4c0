namespace Llamax.Runs.Progress;

/// <summary>Puts the name of what is under way before the names of its steps, so that two phases of a run are told apart.</summary>
public sealed class NamedEvents(IRunEvents inner, string owner) : IRunEvents
{
    public IRunStep Begin(string name, long total, string unit) => inner.Begin($"{owner}: {name}", total, unit);

    public void Measure(string name, double value, long step) => inner.Measure($"{owner}/{name}", value, step);

    public void Note(string message) => inner.Note($"{owner}: {message}");

    public void Warn(string message) => inner.Warn($"{owner}: {message}");
}
