using Llamax.Training.Schedules;

namespace Llamax.Training.Tests.Schedules;

public sealed class LearningRateScheduleTests
{
    [Fact]
    public void The_warm_up_is_linear_and_its_last_step_has_the_peak()
    {
        var schedule = new LearningRateSchedule(0.002, WarmupSteps: 4, Steps: 20);
        var rates = Enumerable.Range(0, 5).Select(step => Math.Round(schedule.At(step), 12));
        Assert.Equal([0.0005, 0.001, 0.0015, 0.002, 0.002], rates);
    }

    [Fact]
    public void A_cosine_passes_the_middle_at_half_time_and_ends_at_its_floor()
    {
        var schedule = new LearningRateSchedule(1, WarmupSteps: 0, Steps: 100, MinimumRatio: 0.1);
        Assert.Equal(1, schedule.At(0));
        Assert.Equal(0.55, schedule.At(50), 12);
        Assert.Equal(0.1, schedule.At(100), 12);
        Assert.Equal(0.1, schedule.At(1000), 12);
    }

    [Fact]
    public void A_constant_schedule_stays_and_an_inverse_square_root_falls_to_its_floor()
    {
        Assert.Equal(3, new LearningRateSchedule(3, 2, 10, 0.1, ScheduleShape.Constant).At(9));
        var root = new LearningRateSchedule(1, WarmupSteps: 4, Steps: 1000, MinimumRatio: 0.1, ScheduleShape.InverseSquareRoot);
        Assert.Equal(1, root.At(3));
        Assert.Equal(0.5, root.At(15), 12);
        Assert.Equal(0.1, root.At(999), 12);
    }

    [Fact]
    public void A_line_passes_the_middle_at_half_time_and_a_stable_rate_falls_in_its_last_part_alone()
    {
        var line = new LearningRateSchedule(1, WarmupSteps: 10, Steps: 110, MinimumRatio: 0.2, ScheduleShape.Linear);
        Assert.Equal([1, 0.6, 0.2], new[] { 10, 60, 110 }.Select(step => Math.Round(line.At(step), 12)));
        var stable = new LearningRateSchedule(2, 10, 100, MinimumRatio: 0.5, ScheduleShape.WarmupStableDecay, DecayShare: 0.2);
        Assert.Equal([0.2, 2, 2, 2, 1.5, 1], new[] { 0, 10, 50, 80, 90, 100 }.Select(step => Math.Round(stable.At(step), 12)));
    }
}
