using Llamax.Runs;

namespace Llamax.Training.Objectives;

/// <summary>What is learnt from pairs of a better and a worse answer to the same prompt.</summary>
public enum PreferenceKind
{
    /// <summary>Contrastive preference optimisation (Xu et al. 2024): no reference model, and the better answer is also learnt as text.</summary>
    Cpo,

    /// <summary>Direct preference optimisation (Rafailov et al. 2023): relative to the model before the first step.</summary>
    Dpo,
}

/// <summary>
/// Preference tuning. With w the better and l the worse answer, log p summed over an answer's tokens, and r(y) = log p(y | x), in DPO less
/// the start model's log p(y | x), the loss is the mean over the pairs of a step of −log σ(β (r(w) − r(l))) − nllWeight · log p(w).
/// </summary>
public sealed record ObjectiveOptions
{
    public PreferenceKind Kind { get; init; }

    /// <summary>How sharply the two answers are told apart; 0.1 in both papers.</summary>
    public double Beta { get; init; } = 0.1;

    /// <summary>
    /// Weight of the better answer's own loss; null = 1 for CPO, 0 for DPO, as in the papers. CPO's is the expectation over examples
    /// (Xu et al. 2024, section 3), so a long answer counts more than a short one; programs that divide by tokens correspond to this weight
    /// over the mean length of an answer.
    /// </summary>
    public double? NllWeight { get; init; }

    internal double WeightOfNll => NllWeight ?? (Kind == PreferenceKind.Cpo ? 1 : 0);

    public IEnumerable<OptionProblem> Problems()
    {
        if (!Enum.IsDefined(Kind))
            yield return new("kind", Kind, "is no known objective", "use cpo or dpo");
        if (!(Beta > 0 && Beta <= 1000))
            yield return new("beta", Beta, "must be above 0 and at most 1000", "use 0.1, the papers' value");
        if (NllWeight is { } weight && !(weight >= 0 && weight <= 1000))
            yield return new("nllWeight", weight, "must be 0 to 1000", "leave it out for 1 with cpo and 0 with dpo");
    }
}
