namespace Llamax.Metrics;

/// <summary>The two calls that most people need.</summary>
public static class MetricScoring
{
    /// <summary>The score of a corpus against one or more reference translations.</summary>
    /// <exception cref="Llamax.Runs.RequestException">The lists differ in length, or a segment has no reference.</exception>
    public static MetricScore CorpusScore(
        this IMetric metric, IReadOnlyList<string> hypotheses, params IReadOnlyList<IReadOnlyList<string?>> references) =>
        SegmentStatistics.Measure(metric, hypotheses, references).CorpusScore();

    /// <summary>The score of one sentence. For BLEU, sacrebleu's sentence score has the effective order on.</summary>
    public static MetricScore SentenceScore(this IMetric metric, string hypothesis, params IReadOnlyList<string> references)
    {
        ArgumentOutOfRangeException.ThrowIfZero(references.Count);
        var statistics = new double[metric.StatisticsWidth];
        metric.Measure(hypothesis, references, statistics);
        return metric.Score(statistics, references.Count);
    }
}
