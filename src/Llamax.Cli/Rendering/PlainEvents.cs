using System.Diagnostics;
using System.Globalization;
using Llamax.Runs.Progress;

namespace Llamax.Cli.Rendering;

/// <summary>
/// Plain lines for a pipe or a log file: a step's beginning, every tenth of it (but not twice within 5 seconds) or every
/// 30 seconds, and its end.
/// </summary>
internal sealed class PlainEvents(TextWriter talk) : IRunEvents
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestInterval = TimeSpan.FromSeconds(5);
    private readonly Lock _lock = new();

    public IRunStep Begin(string name, long total, string unit) => new Step(this, name, total, unit);

    public void Measure(string name, double value, long step)
    {
    }

    public void Note(string message) => Write(message);

    public void Warn(string message) => Write($"warning: {message}");

    private void Write(string line)
    {
        lock (_lock)
            talk.WriteLine(line);
    }

    private sealed class Step : IRunStep
    {
        private readonly PlainEvents _events;
        private readonly string _name;
        private readonly string _unit;
        private readonly long _total;
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly Lock _lock = new();
        private long _done;
        private long _tenth;
        private long _lastWritten = Stopwatch.GetTimestamp();
        private string _status = "";

        internal Step(PlainEvents events, string name, long total, string unit)
        {
            (_events, _name, _total, _unit) = (events, name, total, unit);
            _events.Write(total > 0 ? $"{name}: {Number(total)} {Plural(unit, total)}" : name);
        }

        public void Advance(long units)
        {
            lock (_lock)
            {
                _done += units;
                var tenth = _total > 0 ? _done * 10 / _total : 0;
                var silence = Stopwatch.GetElapsedTime(_lastWritten);
                if (silence < (tenth == _tenth ? Interval : ShortestInterval))
                    return;
                if (_done >= _total && _total > 0)
                    return;
                (_tenth, _lastWritten) = (tenth, Stopwatch.GetTimestamp());
                _events.Write($"{_name}: {Count()}{Remark()}");
            }
        }

        public void Status(string text)
        {
            lock (_lock)
                _status = text;
        }

        public void Dispose()
        {
            var elapsed = Stopwatch.GetElapsedTime(_started);
            var took = elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
            _events.Write($"{_name}: {Count()} in {took} s{Remark()}");
        }

        private string Count() => _total > 0
            ? string.Create(
                CultureInfo.InvariantCulture, $"{Number(_done)} of {Number(_total)} {Plural(_unit, _total)} ({100.0 * _done / _total:0} %)")
            : $"{Number(_done)} {Plural(_unit, _done)}";

        private string Remark() => _status.Length == 0 ? "" : $", {_status}";

        private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

        private static string Plural(string unit, long count) =>
            count == 1 ? unit : unit.EndsWith('y') ? unit[..^1] + "ies" : unit + "s";
    }
}
