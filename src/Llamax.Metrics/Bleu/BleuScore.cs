using System.Globalization;
using System.Text.Json.Nodes;

namespace Llamax.Metrics.Bleu;

/// <summary>BLEU with the numbers that it is made of.</summary>
/// <param name="Name">The metric as sacrebleu names it.</param>
/// <param name="Score">0 to 100, not rounded.</param>
/// <param name="Signature">The settings in sacrebleu's form.</param>
/// <param name="Counts">Matched n-grams, one number per order, after add-k smoothing where that is on.</param>
/// <param name="Totals">N-grams of the hypotheses per order, likewise.</param>
/// <param name="Precisions">Per cent, one per order, after smoothing.</param>
/// <param name="BrevityPenalty">0 to 1.</param>
/// <param name="HypothesisLength">Tokens of the hypotheses.</param>
/// <param name="ReferenceLength">Tokens of the references closest in length.</param>
public sealed record BleuScore(
    string Name,
    double Score,
    string Signature,
    IReadOnlyList<double> Counts,
    IReadOnlyList<double> Totals,
    IReadOnlyList<double> Precisions,
    double BrevityPenalty,
    long HypothesisLength,
    long ReferenceLength) : MetricScore(Name, Score, Signature)
{
    /// <summary>For example <c>88.9/85.7/80.0/100.0 (BP = 0.717 ratio = 0.750 hyp_len = 9 ref_len = 12)</c>.</summary>
    public override string Verbose
    {
        get
        {
            var ratio = ReferenceLength == 0 ? 0 : (double)HypothesisLength / ReferenceLength;
            return string.Create(
                CultureInfo.InvariantCulture,
                $"{string.Join('/', Precisions.Select(p => Fixed(p, 1)))} (BP = {Fixed(BrevityPenalty, 3)} ratio = {Fixed(ratio, 3)} " +
                $"hyp_len = {HypothesisLength} ref_len = {ReferenceLength})");
        }
    }

    /// <summary>sacrebleu's object, and counts, totals, precisions, bp, sys_len and ref_len.</summary>
    public override JsonObject ToJson()
    {
        var json = base.ToJson();
        json["counts"] = Array(Counts);
        json["totals"] = Array(Totals);
        json["precisions"] = Array(Precisions);
        json["bp"] = BrevityPenalty;
        json["sys_len"] = HypothesisLength;
        json["ref_len"] = ReferenceLength;
        return json;
    }

    private static JsonArray Array(IReadOnlyList<double> values) => [.. values.Select(v => JsonValue.Create(v))];
}
