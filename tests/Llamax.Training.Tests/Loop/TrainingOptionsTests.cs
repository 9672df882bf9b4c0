using Llamax.Training.Loop;
using Llamax.Training.Schedules;

namespace Llamax.Training.Tests.Loop;

public sealed class TrainingOptionsTests
{
    [Fact]
    public void The_defaults_have_no_problem() => Assert.Empty(new TrainingOptions().Problems());

    [Fact]
    public void Every_broken_rule_is_reported_by_the_option_name()
    {
        var broken = new TrainingOptions
        {
            Steps = 0,
            Epochs = double.NaN,
            TokenBudget = 0,
            BlocksPerMicroBatch = 0,
            MicroBatches = 0,
            LearningRate = double.NaN,
            WarmupSteps = -1,
            Schedule = (ScheduleShape)9,
            MinimumRatio = 2,
            WeightDecay = -1,
            Beta1 = 1,
            Beta2 = -0.1,
            Epsilon = 0,
            ClipNorm = double.PositiveInfinity,
            CheckpointEverySteps = -1,
            CheckpointInterval = TimeSpan.Zero,
            KeepCheckpoints = 0,
            LogEvery = -1,
            ValidateEvery = -1,
            Threads = -1,
        };
        Assert.Equal(
            [
                "beta1", "beta2", "blocksPerMicroBatch", "checkpointEverySteps", "checkpointInterval", "clipNorm", "epochs", "epsilon",
                "keepCheckpoints", "learningRate", "logEvery", "microBatches", "minimumRatio", "schedule", "steps", "threads",
                "tokenBudget", "validateEvery", "warmupSteps", "weightDecay",
            ],
            broken.Problems().Select(problem => problem.Option).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_warm_up_longer_than_the_run_is_a_problem()
    {
        Assert.Equal("warmupSteps", Assert.Single(new TrainingOptions { Steps = 5, WarmupSteps = 6 }.Problems()).Option);
        Assert.Throws<Runs.RequestException>(() => new TrainingOptions { WarmupSteps = 6 }.ScheduleFor(5));
    }
}
