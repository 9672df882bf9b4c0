using Llamax.Models.Causal;
using static TorchSharp.torch;

namespace Llamax.Training.Objectives;

/// <summary>
/// Next-token loss of a causal model over packed blocks (paper, section 2.2). Losses are summed and divided by the number of loss
/// tokens of the whole step, so the split into micro-batches does not change the step (design, principle 4).
/// </summary>
internal static class NextTokenLoss
{
    /// <summary>Runs the model forward and backward; the gradients grow in the parameters.</summary>
    /// <param name="model">With gradients that exist: the optimiser ties them to its buffer.</param>
    /// <param name="batch">The blocks.</param>
    /// <param name="lossTokensOfStep">Loss tokens of all micro-batches of the step, at least 1.</param>
    /// <returns>[N] the loss of every learnt token in the order of <see cref="MicroBatch.TargetPlaces"/>, natural logarithm.</returns>
    public static float[] Backward(CausalModel model, MicroBatch batch, long lossTokensOfStep)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(lossTokensOfStep);
        if (batch.TargetPlaces.Length == 0)
            return [];
        using var scope = NewDisposeScope();
        var rowsNH = PredictingRows(model, batch);
        var weight = model.OutputWeight;
        var (losses, rowsGradient) = ChunkedCrossEntropy.Backward(
            rowsNH, weight, weight.requires_grad ? weight.grad : null, batch.Targets, 1.0 / lossTokensOfStep);
        // Where the head alone is trained, nothing below it has a gradient.
        if (rowsNH.requires_grad)
            rowsNH.backward([rowsGradient]);
        return losses.cpu().data<float>().ToArray();
    }

    /// <summary>The losses alone, without gradients.</summary>
    /// <inheritdoc cref="Backward"/>
    public static float[] Losses(CausalModel model, MicroBatch batch)
    {
        if (batch.TargetPlaces.Length == 0)
            return [];
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var rowsNH = PredictingRows(model, batch);
        return ChunkedCrossEntropy.Losses(rowsNH, model.OutputWeight, batch.Targets).cpu().data<float>().ToArray();
    }

    /// <summary>[N, H] what predicts the learnt tokens; only they reach the vocabulary: with masked sources that saves most logits.</summary>
    internal static Tensor PredictingRows(CausalModel model, MicroBatch batch)
    {
        using var scope = NewDisposeScope();
        var hiddenBSH = model.Forward(batch.Tokens, batch.Positions, batch.Visible);
        return model.BeforeHead(hiddenBSH.flatten(0, 1).index_select(0, batch.Rows)).MoveToOuterDisposeScope();
    }
}
