using Llamax.Evaluation.Suites;

namespace Llamax.Evaluation.Directions;

/// <summary>A score of one direction.</summary>
/// <param name="Metric">The metric's name, unique within a result.</param>
/// <param name="Value">0 to 100, not rounded.</param>
/// <param name="Signature">The settings in sacrebleu's form.</param>
public sealed record DirectionScore(string Metric, double Value, string Signature);

/// <summary>What a system did in one direction. It holds no time, so that a resumed run leaves the same bytes.</summary>
public sealed record DirectionResult
{
    public required string Source { get; init; }

    public required string Target { get; init; }

    public required DirectionGroup Group { get; init; }

    /// <summary>Whether the model saw sentence pairs of this direction.</summary>
    public required bool Trained { get; init; }

    /// <summary>SHA-256 over the system's fingerprint and the source lines: decides whether the hypotheses still hold.</summary>
    public required string TranslationKey { get; init; }

    /// <summary>SHA-256 over the hypotheses, references and metrics: decides whether the scores still hold.</summary>
    public required string ScoreKey { get; init; }

    public required IReadOnlyList<DirectionScore> Scores { get; init; }

    /// <summary>Share of hypotheses that equal their reference but for white space at the ends, 0 to 1.</summary>
    public required double ExactShare { get; init; }

    /// <summary>Share of hypotheses in a script that is not the target's, 0 to 1.</summary>
    public required double WrongScriptShare { get; init; }

    /// <summary>One per source line.</summary>
    public required IReadOnlyList<string> Hypotheses { get; init; }

    /// <exception cref="KeyNotFoundException">The metric was not computed.</exception>
    public double ScoreOf(string metric) => Scores.FirstOrDefault(s => s.Metric == metric)?.Value
        ?? throw new KeyNotFoundException($"{metric} was not computed for {Source}→{Target}.");
}
