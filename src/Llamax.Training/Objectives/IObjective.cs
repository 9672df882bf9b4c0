using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Training.Loop;

namespace Llamax.Training.Objectives;

/// <summary>What a step minimises. Its gradient is a sum over micro-batches and ranks: everything is divided by numbers of the whole step.</summary>
internal interface IObjective
{
    /// <summary>What a block adds to the numbers that a step's sums are divided by.</summary>
    /// <exception cref="Llamax.Runs.RequestException">The block holds what this objective does not learn from.</exception>
    StepCounts Count(PackedBlock block);

    /// <summary>Runs the model forward and backward; the gradients grow in the parameters.</summary>
    /// <param name="model">With gradients that exist: the optimiser ties them to its buffer.</param>
    /// <param name="blocks">Those of <paramref name="batch"/>.</param>
    /// <param name="batch">The blocks as tensors.</param>
    /// <param name="step">Summed over all micro-batches and ranks of the step.</param>
    BatchLosses Backward(CausalModel model, ReadOnlySpan<PackedBlock> blocks, MicroBatch batch, StepCounts step);

    /// <summary>The value of the objective, from sums over the whole step.</summary>
    double Value(LossSum losses, PreferenceSum preferences);
}

/// <summary>What a step or a part of it holds.</summary>
/// <param name="Tokens">Padding excluded.</param>
/// <param name="LossTokens">Tokens whose own loss counts: learnt ones, of a preference pair those of the better answer.</param>
/// <param name="Pairs">Preference pairs.</param>
internal readonly record struct StepCounts(long Tokens, long LossTokens, long Pairs)
{
    public static StepCounts operator +(StepCounts left, StepCounts right) =>
        new(left.Tokens + right.Tokens, left.LossTokens + right.LossTokens, left.Pairs + right.Pairs);
}

/// <summary>Losses of a micro-batch, natural logarithm.</summary>
/// <param name="Places">[N] where in [B × S] the tokens stand whose own loss counts, ascending.</param>
/// <param name="Losses">[N] their losses.</param>
/// <param name="Preferences">Of the pairs; empty where there are none.</param>
internal readonly record struct BatchLosses(int[] Places, float[] Losses, PreferenceSum Preferences);
