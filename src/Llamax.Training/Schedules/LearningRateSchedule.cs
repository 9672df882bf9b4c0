namespace Llamax.Training.Schedules;

/// <summary>Linear warm-up, then a decay: a pure function of the step, so that a resumed run needs no state of it.</summary>
/// <param name="Peak">Learning rate at the end of the warm-up.</param>
/// <param name="WarmupSteps">Steps of the warm-up; the first one already has Peak / WarmupSteps.</param>
/// <param name="Steps">Steps of the whole run.</param>
/// <param name="MinimumRatio">Floor as a share of the peak, 0 to 1.</param>
/// <param name="Shape">The decay.</param>
/// <param name="DecayShare">The last part of the run, in which <see cref="ScheduleShape.WarmupStableDecay"/> falls; above 0, at most 1.</param>
public sealed record LearningRateSchedule(
    double Peak, int WarmupSteps, int Steps, double MinimumRatio = 0, ScheduleShape Shape = ScheduleShape.Cosine, double DecayShare = 0.1)
{
    /// <summary>The learning rate of a step.</summary>
    /// <param name="step">From 0.</param>
    public double At(int step)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (step < WarmupSteps)
            return Peak * (step + 1) / WarmupSteps;
        return Shape switch
        {
            ScheduleShape.Constant => Peak,
            ScheduleShape.Linear => Peak * (MinimumRatio + (1 - MinimumRatio) * (1 - Progress(step))),
            ScheduleShape.WarmupStableDecay => Peak * (1 - (1 - MinimumRatio) * Fall(step)),
            ScheduleShape.InverseSquareRoot => Peak * Math.Max(MinimumRatio, Math.Sqrt(Math.Max(1, WarmupSteps) / (step + 1.0))),
            _ => Peak * (MinimumRatio + (1 - MinimumRatio) * (1 + Math.Cos(Math.PI * Progress(step))) / 2),
        };
    }

    // How far a step is into the last part of the run: 0 before it, 1 behind the last step.
    private double Fall(int step)
    {
        var first = Math.Max(WarmupSteps, Steps - (int)Math.Ceiling(DecayShare * Steps));
        return Math.Clamp((step - first) / (double)Math.Max(1, Steps - first), 0, 1);
    }

    private double Progress(int step) => Math.Min(1, (step - WarmupSteps) / (double)Math.Max(1, Steps - WarmupSteps));
}
