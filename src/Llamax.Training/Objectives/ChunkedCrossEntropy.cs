using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Training.Objectives;

/// <summary>
/// Cross-entropy of a linear output layer, loss and gradient in one pass over chunks of rows: the logits of all rows never exist
/// at once, and no graph is kept for them.
/// </summary>
// N rows, H hidden size, V vocabulary
internal static class ChunkedCrossEntropy
{
    // 4 Mi logits (16 MiB in fp32) at once: the working set stays near the caches, and the products are still large.
    private const long LogitsPerChunk = 1L << 22;

    /// <summary>The losses, the gradient of the rows, and, added to <paramref name="weightGradient"/>, that of the weight.</summary>
    /// <param name="hidden">[N, H] rows that predict, N at least 1; read outside of the graph.</param>
    /// <param name="weight">[V, H] output weight.</param>
    /// <param name="weightGradient">[V, H], grows by the gradient; null = the weight is frozen.</param>
    /// <param name="targets">[N] int64 ids.</param>
    /// <param name="gradientScale">Factor on the gradients, 1 / (global number of loss tokens); losses are not scaled.</param>
    /// <returns>
    /// Losses [N] in fp32 (natural logarithm) and gradient [N, H] in the dtype of <paramref name="hidden"/>; the caller disposes both.
    /// </returns>
    public static (Tensor Losses, Tensor HiddenGradient) Backward(
        Tensor hidden, Tensor weight, Tensor? weightGradient, Tensor targets, double gradientScale) =>
        Backward(hidden, weight, weightGradient, targets, (float)gradientScale, rowScales: null);

    /// <summary>As the other one, with a factor of its own on the gradient of each row: [N] in fp32, of either sign.</summary>
    public static (Tensor Losses, Tensor HiddenGradient) Backward(
        Tensor hidden, Tensor weight, Tensor? weightGradient, Tensor targets, Tensor rowScales) =>
        Backward(hidden, weight, weightGradient, targets, 1f, rowScales);

    private static (Tensor Losses, Tensor HiddenGradient) Backward(
        Tensor hidden, Tensor weight, Tensor? weightGradient, Tensor targets, float scale, Tensor? rowScales)
    {
        using var outer = NewDisposeScope();
        using var frozen = no_grad();
        var (count, chunk) = (hidden.shape[0], ChunkRows(weight.shape[0]));
        var losses = empty([count], ScalarType.Float32, hidden.device);
        var hiddenGradient = empty_like(hidden);
        for (long start = 0; start < count; start += chunk)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(chunk, count - start);
            var rowsNH = hidden.narrow(0, start, rows);
            var targetsN1 = targets.narrow(0, start, rows).unsqueeze(1);
            var logProbabilitiesNV = LogProbabilities(rowsNH, weight);
            losses.narrow(0, start, rows).copy_(logProbabilitiesNV.gather(1, targetsN1).squeeze(1).neg_());
            var gradientNV = logProbabilitiesNV.exp_();                              // softmax − one-hot
            gradientNV.scatter_add_(1, targetsN1, TensorArithmetic.Filled([rows, 1], -1, hidden.device));
            if (rowScales is not null)
                gradientNV.mul_(rowScales.narrow(0, start, rows).unsqueeze(1));
            if (gradientNV.dtype != weight.dtype)
                gradientNV = gradientNV.to(weight.dtype);
            hiddenGradient.narrow(0, start, rows).copy_(gradientNV.matmul(weight).Scale(scale));
            weightGradient?.addmm_(gradientNV.t(), rowsNH, 1f, scale);
        }

        return (losses.MoveToOuterDisposeScope(), hiddenGradient.MoveToOuterDisposeScope());
    }

    /// <summary>The losses alone, for validation.</summary>
    /// <param name="hidden">[N, H] rows that predict, N at least 1.</param>
    /// <param name="weight">[V, H] output weight.</param>
    /// <param name="targets">[N] int64 ids.</param>
    /// <returns>[N] in fp32; the caller disposes it.</returns>
    public static Tensor Losses(Tensor hidden, Tensor weight, Tensor targets)
    {
        using var outer = NewDisposeScope();
        using var frozen = no_grad();
        var (count, chunk) = (hidden.shape[0], ChunkRows(weight.shape[0]));
        var losses = empty([count], ScalarType.Float32, hidden.device);
        for (long start = 0; start < count; start += chunk)
        {
            using var scope = NewDisposeScope();
            var rows = Math.Min(chunk, count - start);
            var targetsN1 = targets.narrow(0, start, rows).unsqueeze(1);
            var logProbabilitiesNV = LogProbabilities(hidden.narrow(0, start, rows), weight);
            losses.narrow(0, start, rows).copy_(logProbabilitiesNV.gather(1, targetsN1).squeeze(1).neg_());
        }

        return losses.MoveToOuterDisposeScope();
    }

    /// <summary>Rows whose logits exist at once.</summary>
    internal static long ChunkRows(long vocabularySize) => Math.Max(64, LogitsPerChunk / vocabularySize);

    private static Tensor LogProbabilities(Tensor rowsNH, Tensor weight)
    {
        using var scope = NewDisposeScope();
        var logitsNV = rowsNH.matmul(weight.t()).to(ScalarType.Float32);
        return nn.functional.log_softmax(logitsNV, 1).MoveToOuterDisposeScope();
    }
}
