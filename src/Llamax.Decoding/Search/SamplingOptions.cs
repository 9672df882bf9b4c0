using Llamax.Runs;

namespace Llamax.Decoding.Search;

/// <summary>
/// How tokens are drawn instead of searched. The filters work in Hugging Face's order: temperature, top-k, top-p, min-p, each on what the
/// one before has left.
/// </summary>
public sealed record SamplingOptions
{
    /// <summary>Logits are divided by it: below 1 the likely tokens become likelier.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only this many of the likeliest tokens (and those that tie with the last of them) are drawn; 0 = all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the likeliest tokens that together reach this probability are drawn; 1 = all. Holtzman et al., ICLR 2020.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>
    /// Only tokens at least this many times as likely as the likeliest are drawn; 0 = all. For minimum Bayes risk, 0.02 is an epsilon
    /// filter relative to the best token.
    /// </summary>
    public double MinP { get; init; }

    /// <summary>
    /// Same seed, same prompt, same draws. A draw is keyed by seed, prompt, number of the sample and step, never by the batch.
    /// </summary>
    public ulong Seed { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (!(double.IsFinite(Temperature) && Temperature > 0))
            yield return new("temperature", Temperature, "must be more than 0", "use 1, or one beam without sampling for the likeliest");
        if (TopK < 0)
            yield return new("topK", TopK, "must be 0 or more", "use 0, which is off, or 50");
        if (!(TopP > 0 && TopP <= 1))
            yield return new("topP", TopP, "must be more than 0 and at most 1", "use 1, which is off, or 0.9");
        if (!(MinP >= 0 && MinP <= 1))
            yield return new("minP", MinP, "must be 0 to 1", "use 0, which is off, or 0.02");
    }
}
