using System.Globalization;
using Llamax.Runs.Progress;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Llamax.Cli.Rendering;

/// <summary>
/// Progress bars on a terminal: a bar with percentage, remark, elapsed and remaining time for every step under way. The live
/// display runs on a thread of its own while at least one step is open.
/// </summary>
internal sealed class TerminalEvents(IAnsiConsole console) : IRunEvents, IDisposable
{
    private readonly Lock _lock = new();
    private readonly ManualResetEventSlim _idle = new(initialState: true);
    private Thread? _display;
    private ProgressContext? _context;
    private int _open;

    public IRunStep Begin(string name, long total, string unit)
    {
        lock (_lock)
        {
            if (_open++ == 0)
                StartDisplay();
            var task = _context!.AddTask(Markup.Escape(name), autoStart: true, maxValue: total > 0 ? total : 1);
            task.IsIndeterminate = total <= 0;
            return new Step(this, task, name);
        }
    }

    public void Measure(string name, double value, long step)
    {
    }

    public void Note(string message) => console.MarkupLine(Markup.Escape(message));

    public void Warn(string message) => console.MarkupLine($"[yellow]warning:[/] {Markup.Escape(message)}");

    public void Dispose()
    {
        lock (_lock)
            StopDisplay();
        _idle.Dispose();
    }

    private void StartDisplay()
    {
        _idle.Reset();
        using var ready = new ManualResetEventSlim();
        _display = new Thread(() => console.Progress()
            .AutoClear(false)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn { Width = 30 },
                new PercentageColumn(),
                new ElapsedTimeColumn(),
                new RemainingColumn())
            .Start(context =>
            {
                _context = context;
                ready.Set();
                _idle.Wait();
            }))
        { IsBackground = true, Name = "progress" };
        _display.Start();
        ready.Wait();
    }

    private void StopDisplay()
    {
        _idle.Set();
        _display?.Join();
        (_display, _context) = (null, null);
    }

    private void End(ProgressTask task)
    {
        lock (_lock)
        {
            task.IsIndeterminate = false;
            task.StopTask();
            if (--_open == 0)
                StopDisplay();
        }
    }

    private sealed class Step(TerminalEvents owner, ProgressTask task, string name) : IRunStep
    {
        public void Advance(long units) => task.Increment(units);

        public void Status(string text) => task.Description = $"{Markup.Escape(name)} [grey]{Markup.Escape(text)}[/]";

        public void Dispose() => owner.End(task);
    }

    /// <summary>Time left, from the whole of what is done: steadier than a short window when steps are uneven.</summary>
    private sealed class RemainingColumn : ProgressColumn
    {
        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            if (task.IsFinished || task.IsIndeterminate || task.ElapsedTime is not { TotalSeconds: > 2 } elapsed || task.Percentage <= 0)
                return new Markup("");
            var left = TimeSpan.FromSeconds(elapsed.TotalSeconds * (100 - task.Percentage) / task.Percentage);
            var format = left.TotalHours >= 1 ? @"h\:mm\:ss" : @"m\:ss";
            return new Markup($"[blue]{left.ToString(format, CultureInfo.InvariantCulture)} left[/]");
        }
    }
}
