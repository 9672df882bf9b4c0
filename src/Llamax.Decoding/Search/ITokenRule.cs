namespace Llamax.Decoding.Search;

/// <summary>
/// Says which tokens may continue one answer. A rule is a function of the answer alone, so that beams may fork and batches change as
/// they like. Hugging Face's logits processors have the same place: after the penalties, before sampling's filters.
/// </summary>
public interface ITokenRule
{
    /// <summary>Sets the score of forbidden tokens to −∞; may change others.</summary>
    /// <param name="answer">The tokens so far, without the prompt.</param>
    /// <param name="scores">[vocabulary] logits (greedy search and sampling) or log-probabilities (beam search).</param>
    void Apply(ReadOnlySpan<int> answer, Span<float> scores);
}

/// <summary>Whether an answer just ended without an end token, for example at a stop text.</summary>
/// <param name="answer">The tokens so far; the last one is new.</param>
public delegate bool StopRule(ReadOnlySpan<int> answer);
