namespace Llamax.Metrics;

/// <summary>
/// A corpus metric whose score depends only on the sum of statistics of the segments. The statistics of each segment are kept
/// apart from their aggregation, so that subsets and resamples can be scored without looking at the text again.
/// Implementations are immutable and safe to use from many threads.
/// </summary>
public interface IMetric
{
    /// <summary>The name that sacrebleu prints, for example <c>BLEU</c> or <c>chrF2++</c>.</summary>
    string Name { get; }

    /// <summary>How many numbers describe one segment.</summary>
    int StatisticsWidth { get; }

    /// <summary>What another group needs to reproduce the score, exactly as sacrebleu prints it.</summary>
    /// <param name="references">References per segment; null where the number varies.</param>
    string Signature(int? references);

    /// <summary>
    /// Names everything that decides a score, the content of a tokenizer's file too: stored scores hold while it stays the same.
    /// </summary>
    string Fingerprint { get; }

    /// <summary>The sufficient statistics of one segment.</summary>
    /// <param name="hypothesis">What the system wrote.</param>
    /// <param name="references">At least one.</param>
    /// <param name="statistics">[<see cref="StatisticsWidth"/>], overwritten.</param>
    void Measure(string hypothesis, IReadOnlyList<string> references, Span<double> statistics);

    /// <summary>The score of summed statistics.</summary>
    /// <param name="statistics">[<see cref="StatisticsWidth"/>], the sum over the segments.</param>
    /// <param name="references">References per segment; null where the number varies.</param>
    MetricScore Score(ReadOnlySpan<double> statistics, int? references);
}
