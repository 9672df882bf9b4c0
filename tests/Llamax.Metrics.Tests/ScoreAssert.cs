using System.Text.Json.Nodes;
using Llamax.Metrics.Bleu;

namespace Llamax.Metrics.Tests;

internal static class ScoreAssert
{
    /// <summary>Score, signature, printed line and the numbers behind BLEU equal those of sacrebleu.</summary>
    public static void Equal(JsonNode expected, MetricScore actual, string where, bool compareSignature = true)
    {
        Close(expected["score"].Number(), actual.Score, where);
        if (compareSignature)
            Assert.Equal($"{where}: {expected["signature"]}", $"{where}: {actual.Signature}");
        if (expected["text"] is { } text)
            Assert.Equal($"{where}: {text}", $"{where}: {actual}");
        if (actual is not BleuScore bleu)
            return;
        Assert.Equal(expected["counts"].Numbers(), bleu.Counts);
        Assert.Equal(expected["totals"].Numbers(), bleu.Totals);
        Assert.Equal(expected["sys_len"].Number(), bleu.HypothesisLength);
        Assert.Equal(expected["ref_len"].Number(), bleu.ReferenceLength);
        Close(expected["bp"].Number(), bleu.BrevityPenalty, where);
        foreach (var (precision, own) in expected["precisions"].Numbers().Zip(bleu.Precisions))
            Close(precision, own, where);
    }

    public static void Close(double expected, double actual, string where) =>
        Assert.True(Math.Abs(expected - actual) <= GoldenFile.Tolerance, $"{where}: sacrebleu says {expected:R}, we say {actual:R}");
}
