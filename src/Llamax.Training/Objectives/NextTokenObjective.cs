using Llamax.Corpus;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Training.Loop;

namespace Llamax.Training.Objectives;

/// <summary>Equation 1 of the paper: the mean loss over all learnt tokens of the step; which ones are learnt stands in the data.</summary>
internal sealed class NextTokenObjective : IObjective
{
    public StepCounts Count(PackedBlock block)
    {
        if (block.Documents.Exists(document => document.Kind == EntryKind.Preference))
        {
            throw new RequestException(
                "the corpus holds preference pairs, and without an objective their worse answers would be learnt too", "packed corpus",
                "name the objective, cpo or dpo, or train on a set without preferences");
        }

        return new(MicroBatch.TokenCount(block), MicroBatch.LossTokens(block), 0);
    }

    public BatchLosses Backward(CausalModel model, ReadOnlySpan<PackedBlock> blocks, MicroBatch batch, StepCounts step) =>
        new(batch.TargetPlaces, NextTokenLoss.Backward(model, batch, step.LossTokens), default);

    public double Value(LossSum losses, PreferenceSum preferences) => losses.Mean;
}
