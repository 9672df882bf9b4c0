using System.Diagnostics;
using Llamax.Runs.Progress;
using Llamax.Training.Loop;

namespace Llamax.Training.Tests;

internal static class RunInTest
{
    /// <summary>Trains to the end, or until the test is cancelled.</summary>
    public static TrainingResult Train(this TrainingRun run, IRunEvents? events = null) =>
        new Trainer(run, events ?? SilentEvents.Instance).Train(TestContext.Current.CancellationToken);

    /// <summary>Trains <see cref="KillTarget.TinyRun"/> in a process of its own, which writes a line per step.</summary>
    /// <param name="arguments">See the program.</param>
    public static Process InAnotherProcess(params string[] arguments)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Llamax.Training.KillTarget" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true })!;
    }
}
