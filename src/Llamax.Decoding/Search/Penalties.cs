namespace Llamax.Decoding.Search;

/// <summary>Changes the scores of one row by what was already said.</summary>
internal static class Penalties
{
    public static bool Any(SearchOptions options) =>
        options.RepetitionPenalty != 1 || options.NoRepeatNgram > 0 || options.MinNewTokens > 0;

    /// <param name="options">Which penalties.</param>
    /// <param name="said">The tokens so far, prompt and answer.</param>
    /// <param name="newTokens">How many of them are the answer.</param>
    /// <param name="endIds">What may not come before <see cref="SearchOptions.MinNewTokens"/>.</param>
    /// <param name="scores">[vocabulary] log-probabilities or logits.</param>
    public static void Apply(
        SearchOptions options, ReadOnlySpan<int> said, int newTokens, IReadOnlySet<int> endIds, Span<float> scores)
    {
        if (options.RepetitionPenalty != 1)
            PenalizeRepetition((float)options.RepetitionPenalty, said, scores);
        if (options.NoRepeatNgram > 0)
            ForbidRepeatedNgrams(options.NoRepeatNgram, said, scores);
        if (newTokens < options.MinNewTokens)
            foreach (var id in endIds)
                scores[id] = float.NegativeInfinity;
    }

    private static void PenalizeRepetition(float penalty, ReadOnlySpan<int> said, Span<float> scores)
    {
        var once = new HashSet<int>(said.Length);
        foreach (var token in said)
            if (once.Add(token))
                scores[token] = scores[token] < 0 ? scores[token] * penalty : scores[token] / penalty;
    }

    private static void ForbidRepeatedNgrams(int n, ReadOnlySpan<int> said, Span<float> scores)
    {
        if (said.Length < n)
            return;
        var beginning = said[^(n - 1)..];
        for (var start = 0; start + n <= said.Length; start++)
            if (said.Slice(start, n - 1).SequenceEqual(beginning))
                scores[said[start + n - 1]] = float.NegativeInfinity;
    }
}
