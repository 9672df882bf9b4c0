using Llamax.Runs.Progress;

namespace Llamax.Training.Watching;

/// <summary>Writes every measured value to a TensorBoard file as well.</summary>
internal sealed class BoardEvents(IRunEvents inner, EventFile board) : IRunEvents
{
    public IRunStep Begin(string name, long total, string unit) => inner.Begin(name, total, unit);

    public void Measure(string name, double value, long step)
    {
        board.Scalar(name, value, step);
        inner.Measure(name, value, step);
    }

    public void Note(string message) => inner.Note(message);

    public void Warn(string message) => inner.Warn(message);
}
