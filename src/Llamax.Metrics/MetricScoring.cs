using Llamax.Runs;

namespace Llamax.Metrics;

/// <summary>The two calls that most people need.</summary>
public static class MetricScoring
{
    /// <summary>The score of a corpus, measured on all cores; the result does not depend on their number.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="hypotheses">One per segment.</param>
    /// <param name="references">One list per reference translation, a line for each hypothesis; null = no such reference.</param>
    /// <exception cref="RequestException">The lists differ in length, or a segment has no reference.</exception>
    public static MetricScore CorpusScore(
        this IMetric metric, IReadOnlyList<string> hypotheses, params IReadOnlyList<IReadOnlyList<string?>> references)
    {
        for (var r = 0; r < references.Count; r++)
        {
            if (references[r].Count != hypotheses.Count)
            {
                throw new RequestException(
                    $"{references[r].Count} lines found, {hypotheses.Count} expected as in the hypotheses",
                    references.Count == 1 ? "references" : $"reference {r + 1}",
                    "give files whose lines belong together");
            }
        }

        var bySegment = new string[hypotheses.Count][];
        for (var i = 0; i < bySegment.Length; i++)
        {
            bySegment[i] = [.. references.Select(r => r[i]).OfType<string>()];
            if (bySegment[i].Length == 0)
                throw new RequestException("no reference", $"line {i + 1}", "give at least one reference for each line");
        }

        var width = metric.StatisticsWidth;
        var values = new double[hypotheses.Count * width];
        Parallel.For(0, bySegment.Length, i => metric.Measure(hypotheses[i], bySegment[i], values.AsSpan(i * width, width)));
        var sum = new double[width];
        for (var i = 0; i < values.Length; i++)
            sum[i % width] += values[i];
        var counts = bySegment.Select(r => r.Length).Distinct().ToList();
        return metric.Score(sum, counts.Count == 1 ? counts[0] : counts.Count == 0 ? references.Count : null);
    }

    /// <summary>The score of one sentence. For BLEU, sacrebleu's sentence score has the effective order on.</summary>
    public static MetricScore SentenceScore(this IMetric metric, string hypothesis, params IReadOnlyList<string> references)
    {
        ArgumentOutOfRangeException.ThrowIfZero(references.Count);
        var statistics = new double[metric.StatisticsWidth];
        metric.Measure(hypothesis, references, statistics);
        return metric.Score(statistics, references.Count);
    }
}
