using Llamax.Runs.Progress;
using Llamax.Training.Loop;

namespace Llamax.Training.Tests;

internal static class RunInTest
{
    /// <summary>Trains to the end, or until the test is cancelled.</summary>
    public static TrainingResult Train(this TrainingRun run, IRunEvents? events = null) =>
        new Trainer(run, events ?? SilentEvents.Instance).Train(TestContext.Current.CancellationToken);
}
