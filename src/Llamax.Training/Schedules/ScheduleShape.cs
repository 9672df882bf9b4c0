namespace Llamax.Training.Schedules;

/// <summary>What the learning rate does after the warm-up.</summary>
public enum ScheduleShape
{
    /// <summary>Half a cosine from the peak down to the floor, which the step behind the last would have.</summary>
    Cosine,

    /// <summary>Stays at the peak.</summary>
    Constant,

    /// <summary>Falls with the square root of the step (Vaswani et al. 2017, section 5.3), never below the floor.</summary>
    InverseSquareRoot,

    /// <summary>A straight line from the peak down to the floor, which the step behind the last would have.</summary>
    Linear,

    /// <summary>
    /// Stays at the peak and falls along a straight line in the last part of the run (Hu et al. 2024, "MiniCPM", section 4): a run that is
    /// to be longer can start again from a checkpoint before the fall.
    /// </summary>
    WarmupStableDecay,
}
