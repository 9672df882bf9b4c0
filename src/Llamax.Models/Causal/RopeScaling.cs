namespace Llamax.Models.Causal;

/// <summary>How rotary frequencies are stretched for contexts longer than the first training's.</summary>
public enum RopeScalingKind
{
    /// <summary>Every frequency is divided by the factor (position interpolation, Chen et al. 2023).</summary>
    Linear,

    /// <summary>Low frequencies are divided, high ones kept, those between blended (Llama 3.1).</summary>
    Llama3,
}

/// <summary>The <c>rope_scaling</c> of a Hugging Face config.</summary>
public sealed record RopeScaling
{
    public required RopeScalingKind Kind { get; init; }

    /// <summary>At least 1; Llama 3.1 uses 8.</summary>
    public required double Factor { get; init; }

    /// <summary>Wavelengths longer than the original context divided by this are stretched fully. Llama 3 scaling alone.</summary>
    public double LowFrequencyFactor { get; init; } = 1;

    /// <summary>Wavelengths shorter than the original context divided by this are kept. Llama 3 scaling alone.</summary>
    public double HighFrequencyFactor { get; init; } = 4;

    /// <summary>Context of the first training, in tokens. Llama 3 scaling alone.</summary>
    public int OriginalMaxPositions { get; init; } = 8192;

    /// <summary>The stretched angular frequency, in radians per position.</summary>
    public double Stretch(double frequency)
    {
        if (Kind == RopeScalingKind.Linear)
            return frequency / Factor;
        var turns = OriginalMaxPositions * frequency / (2 * Math.PI);
        var kept = Math.Clamp((turns - LowFrequencyFactor) / (HighFrequencyFactor - LowFrequencyFactor), 0, 1);
        return frequency * (kept + ((1 - kept) / Factor));
    }
}
