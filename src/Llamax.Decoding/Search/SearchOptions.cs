using Llamax.Runs;

namespace Llamax.Decoding.Search;

/// <summary>
/// How a continuation is searched. The meaning of every number is Hugging Face's, so that scores compare; the defaults are the
/// paper's (LLaMAX, appendix B: beam search, 4 beams; its published scripts stop after 256 new tokens).
/// </summary>
public sealed record SearchOptions
{
    /// <summary>Hypotheses kept per sentence, 1 to 64; 1 is greedy search.</summary>
    public int Beams { get; init; } = 4;

    /// <summary>
    /// Score = sum of log-probabilities / length ^ penalty, the end token counted in both: 0 favours short, 2 long hypotheses.
    /// </summary>
    public double LengthPenalty { get; init; } = 1;

    public EarlyStopping EarlyStopping { get; init; } = EarlyStopping.WhenUnbeatable;

    /// <summary>Hypotheses returned per sentence, 1 to <see cref="Beams"/>.</summary>
    public int NBest { get; init; } = 1;

    /// <summary>The most tokens of an answer, the end token counted.</summary>
    public int MaxNewTokens { get; init; } = 256;

    /// <summary>
    /// Where given, an answer has at most this many tokens per source token plus <see cref="MaxNewTokensExtra"/>, and never more
    /// than <see cref="MaxNewTokens"/>: a model that rambles costs less.
    /// </summary>
    public double? MaxNewTokensPerSourceToken { get; init; }

    /// <summary>See <see cref="MaxNewTokensPerSourceToken"/>.</summary>
    public int MaxNewTokensExtra { get; init; } = 16;

    /// <summary>
    /// Above 1, tokens that were already said become less likely: a positive score is divided by it, a negative one multiplied.
    /// Greedy search scores with logits, beam search with log-probabilities. 1 is off.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No sequence of this many tokens is said twice, the prompt counted; 0 is off.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>
    /// Key/value cache positions that one batch may use: sentences × beams × (longest prompt + longest answer). A sentence that
    /// needs more than that alone is searched alone.
    /// </summary>
    public int BatchTokens { get; init; } = 16384;

    /// <summary>The most sentences of one batch.</summary>
    public int BatchSentences { get; init; } = 64;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Beams is < 1 or > 64)
            yield return new("beams", Beams, "must be 1 to 64", "use 4, the paper's value, or 1 for greedy search");
        if (!double.IsFinite(LengthPenalty) || Math.Abs(LengthPenalty) > 10)
            yield return new("lengthPenalty", LengthPenalty, "must be −10 to 10", "use 1, which compares mean log-probabilities");
        if (!Enum.IsDefined(EarlyStopping))
            yield return new("earlyStopping", EarlyStopping, "must be whenFull, whenUnbeatable or never", "use whenUnbeatable");
        if (NBest < 1 || NBest > Math.Max(Beams, 1))
            yield return new("nBest", NBest, $"must be 1 to beams = {Beams}", "use 1, or search with more beams");
        if (MaxNewTokens < 1)
            yield return new("maxNewTokens", MaxNewTokens, "must be 1 or more", "use 256, the published scripts' value");
        if (MaxNewTokensPerSourceToken is { } ratio && !(double.IsFinite(ratio) && ratio > 0))
            yield return new("maxNewTokensPerSourceToken", ratio, "must be more than 0", "use 3, or leave it out");
        if (MaxNewTokensExtra < 0)
            yield return new("maxNewTokensExtra", MaxNewTokensExtra, "must be 0 or more", "use 16");
        if (!(double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0))
            yield return new("repetitionPenalty", RepetitionPenalty, "must be more than 0", "use 1, which is off, or 1.1");
        if (NoRepeatNgram < 0)
            yield return new("noRepeatNgram", NoRepeatNgram, "must be 0 or more", "use 0, which is off, or 3");
        if (BatchTokens < 1)
            yield return new("batchTokens", BatchTokens, "must be 1 or more", "use 16384, or less where memory is short");
        if (BatchSentences < 1)
            yield return new("batchSentences", BatchSentences, "must be 1 or more", "use 64");
    }

    /// <summary>The most tokens of the answer to a source of <paramref name="sourceTokens"/> tokens, the end token counted.</summary>
    public int MaxNewTokensFor(int sourceTokens)
    {
        if (MaxNewTokensPerSourceToken is not { } ratio)
            return MaxNewTokens;
        return (int)Math.Clamp(Math.Ceiling(ratio * sourceTokens) + MaxNewTokensExtra, 1, MaxNewTokens);
    }
}
