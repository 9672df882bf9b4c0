using Llamax.Metrics;
using Llamax.Metrics.Bleu;
using Llamax.Metrics.Chrf;
using Llamax.Runs;

namespace Llamax.Evaluation.Directions;

/// <summary>What is measured in every direction.</summary>
public sealed record MatrixOptions
{
    /// <summary>The metrics, each with another name; the first is the main one. Default: chrF2++ and BLEU.</summary>
    public IReadOnlyList<IMetric> Metrics { get; init; } = [new ChrfMetric(new() { WordOrder = 2 }), new BleuMetric()];

    /// <summary>
    /// Sentences that are translated together, over several directions: enough to fill batches of every length, few enough to lose
    /// little when killed.
    /// </summary>
    public int SentencesTogether { get; init; } = 512;

    public IEnumerable<OptionProblem> Problems()
    {
        if (SentencesTogether < 1)
            yield return new("sentencesTogether", SentencesTogether, "must be at least 1", "use 512");
        if (Metrics.Count == 0)
            yield return new("metrics", "(none)", "must name at least one", "use chrF++ and BLEU");
        foreach (var twice in Metrics.GroupBy(m => m.Name).Where(g => g.Count() > 1))
            yield return new("metrics", twice.Key, "is there twice", "give one of them another name");
    }
}
