using System.Globalization;
using Llamax.Models.Native;
using Llamax.Runs.Progress;
using TorchSharp;

namespace Llamax.Training.KillTarget;

/// <summary>
/// One line per step on standard output, for the test that waits for it: <c>[STEP, LIVE TENSORS, RESIDENT BYTES]</c>, the last without
/// what the C library keeps for later.
/// </summary>
internal sealed class SpokenSteps : IRunEvents
{
    public void Measure(string name, double value, long step)
    {
        if (name != "train/loss")
            return;
        TorchRuntime.MallocTrim();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"[{step}, {DisposeScopeManager.Statistics.ThreadTotalLiveCount}, {Environment.WorkingSet}]"));
    }

    public IRunStep Begin(string name, long total, string unit) => SilentEvents.Instance;

    public void Note(string message)
    {
    }

    public void Warn(string message)
    {
    }
}
