using Llamax.Runs;

namespace Llamax.Metrics;

/// <summary>The statistics of every segment of a corpus under one metric.</summary>
public sealed class SegmentStatistics
{
    private readonly IMetric _metric;
    private readonly double[] _values;

    private SegmentStatistics(IMetric metric, double[] values, int? references)
    {
        _metric = metric;
        _values = values;
        References = references;
    }

    /// <summary>References per segment; null where the number varies.</summary>
    public int? References { get; }

    /// <summary>How many segments there are.</summary>
    public int Count => _values.Length / _metric.StatisticsWidth;

    /// <summary>The statistics of one segment, [<see cref="IMetric.StatisticsWidth"/>].</summary>
    public ReadOnlySpan<double> this[int segment] => _values.AsSpan(segment * _metric.StatisticsWidth, _metric.StatisticsWidth);

    /// <summary>Measures every segment, on all cores; the result does not depend on their number.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="hypotheses">One per segment.</param>
    /// <param name="references">One list per reference translation, a line for each hypothesis; null = no such reference.</param>
    /// <exception cref="RequestException">The lists differ in length, or a segment has no reference.</exception>
    public static SegmentStatistics Measure(
        IMetric metric, IReadOnlyList<string> hypotheses, IReadOnlyList<IReadOnlyList<string?>> references)
    {
        var bySegment = new string[hypotheses.Count][];
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

        for (var i = 0; i < bySegment.Length; i++)
        {
            bySegment[i] = [.. references.Select(r => r[i]).OfType<string>()];
            if (bySegment[i].Length == 0)
                throw new RequestException("no reference", $"line {i + 1}", "give at least one reference for each line");
        }

        var width = metric.StatisticsWidth;
        var values = new double[hypotheses.Count * width];
        Parallel.For(0, bySegment.Length, i => metric.Measure(hypotheses[i], bySegment[i], values.AsSpan(i * width, width)));
        var counts = bySegment.Select(r => r.Length).Distinct().ToList();
        return new(metric, values, counts.Count == 1 ? counts[0] : counts.Count == 0 ? references.Count : null);
    }

    /// <summary>The score of the whole corpus.</summary>
    public MetricScore CorpusScore()
    {
        var sum = new double[_metric.StatisticsWidth];
        for (var i = 0; i < _values.Length; i++)
            sum[i % sum.Length] += _values[i];
        return _metric.Score(sum, References);
    }

    /// <summary>The score of one segment alone. For BLEU, sacrebleu's sentence score has the effective order on.</summary>
    public MetricScore SentenceScore(int segment) => _metric.Score(this[segment], References);
}
