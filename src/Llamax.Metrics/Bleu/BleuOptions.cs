using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Metrics.Ngrams;
using Llamax.Runs;

namespace Llamax.Metrics.Bleu;

/// <summary>The settings of BLEU; the defaults are sacrebleu's.</summary>
public sealed record BleuOptions
{
    /// <summary>What the score is called in output; sacrebleu says BLEU whatever the tokenizer.</summary>
    public string Name { get; init; } = "BLEU";

    /// <summary>How a line falls into tokens.</summary>
    public IBleuTokenizer Tokenizer { get; init; } = new Mteval13aTokenizer();

    /// <summary>What becomes of an order without a match.</summary>
    public BleuSmoothing Smoothing { get; init; } = BleuSmoothing.Exponential;

    /// <summary>The count of floor smoothing or the k of add-k; null means 0.1 and 1.</summary>
    public double? SmoothingValue { get; init; }

    /// <summary>Leaves out orders that the hypothesis is too short for; sacrebleu does it for single sentences.</summary>
    public bool EffectiveOrder { get; init; }

    /// <summary>The longest n-gram, 1 to 6.</summary>
    public int MaxOrder { get; init; } = 4;

    /// <summary>Whether case is ignored.</summary>
    public bool Lowercase { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (MaxOrder is < 1 or > NgramOverlap.HighestOrder)
            yield return new("maxOrder", MaxOrder, "must be 1 to 6", "use 4, as everyone does");
        if (SmoothingValue is < 0 or double.NaN or double.PositiveInfinity)
            yield return new("smoothingValue", SmoothingValue, "must be 0 or more", "leave it out for sacrebleu's value");
        if (SmoothingValue is not null && (Smoothing is BleuSmoothing.Exponential or BleuSmoothing.None))
            yield return new("smoothingValue", SmoothingValue, "belongs to floor and add-k alone", "leave it out, or choose one of these");
    }

    internal double EffectiveSmoothingValue => SmoothingValue ?? (Smoothing == BleuSmoothing.Floor ? 0.1 : 1);
}
