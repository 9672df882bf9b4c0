namespace Llamax.Decoding.Search;

/// <summary>One continuation that a search returns.</summary>
/// <param name="Tokens">What was generated, without the prompt and without the end token.</param>
/// <param name="LogProbability">Sum of the log-probabilities (after penalties, where there are any), the end token counted.</param>
/// <param name="Score"><paramref name="LogProbability"/> / length ^ length penalty, the end token counted in the length.</param>
/// <param name="EndId">The end token; null when the limit cut the hypothesis or a <see cref="StopRule"/> ended it.</param>
public sealed record Hypothesis(int[] Tokens, double LogProbability, double Score, int? EndId)
{
    /// <summary>A <see cref="StopRule"/> ended it; what made it stop is in <see cref="Tokens"/>.</summary>
    public bool IsStopped { get; init; }

    /// <summary>It ended itself.</summary>
    public bool IsFinished => EndId is not null || IsStopped;
}
