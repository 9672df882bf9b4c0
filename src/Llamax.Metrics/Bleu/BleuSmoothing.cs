namespace Llamax.Metrics.Bleu;

/// <summary>What becomes of an order without a match (Chen and Cherry, WMT 2014).</summary>
public enum BleuSmoothing
{
    /// <summary>Each further order without a match halves the precision that is put in its place; sacrebleu's and NIST's way.</summary>
    Exponential,

    /// <summary>A small count stands in for zero matches.</summary>
    Floor,

    /// <summary>k is added to the matches and totals of the orders above 1.</summary>
    AddK,

    /// <summary>Nothing: one order without a match makes the score zero.</summary>
    None,
}
