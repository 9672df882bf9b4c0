using Llamax.Runs;

namespace Llamax.Training.Optimizers;

/// <summary>AdamW (Loshchilov and Hutter 2019) with clipping by the global norm; the learning rate comes with every step.</summary>
public sealed record AdamWOptions
{
    /// <summary>Decoupled weight decay, multiplied by the learning rate.</summary>
    public double WeightDecay { get; init; } = 0.1;

    /// <summary>Whether norms and biases decay as well; usually only matrices do.</summary>
    public bool DecayAllParameters { get; init; }

    /// <summary>Decay of the first moment.</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the second moment.</summary>
    public double Beta2 { get; init; } = 0.95;

    /// <summary>Added to the root of the second moment.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Largest norm of the whole gradient; 0 = no clipping.</summary>
    public double ClipNorm { get; init; } = 1;

    public IEnumerable<OptionProblem> Problems()
    {
        if (!(WeightDecay >= 0 && WeightDecay <= 10))
            yield return new("weightDecay", WeightDecay, "must be 0 to 10", "use 0.1, LLaMA 2's value");
        if (!(Beta1 >= 0 && Beta1 < 1))
            yield return new("beta1", Beta1, "must be 0 up to, but not including, 1", "use 0.9");
        if (!(Beta2 >= 0 && Beta2 < 1))
            yield return new("beta2", Beta2, "must be 0 up to, but not including, 1", "use 0.95");
        if (!(Epsilon > 0 && Epsilon <= 1))
            yield return new("epsilon", Epsilon, "must be above 0 and at most 1", "use 1e-8");
        if (!(ClipNorm >= 0 && double.IsFinite(ClipNorm)))
            yield return new("clipNorm", ClipNorm, "must be a number from 0", "use 1, or 0 for no clipping");
    }
}
