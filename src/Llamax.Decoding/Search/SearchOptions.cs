using Llamax.Runs;

namespace Llamax.Decoding.Search;

/// <summary>
/// How a continuation is searched. The meaning of every number is Hugging Face's, so that scores compare; the defaults are the
/// paper's (LLaMAX, section 4 and appendix B: beam search, 4 beams).
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

    /// <summary>Null = search; otherwise <see cref="NBest"/> answers are drawn, with one beam each.</summary>
    public SamplingOptions? Sampling { get; init; }

    /// <summary>Hypotheses returned per sentence, 1 to <see cref="Beams"/>; samples drawn, 1 to 1024, where they are drawn.</summary>
    public int NBest { get; init; } = 1;

    /// <summary>
    /// The most tokens of every answer, the end token counted. Null, the default, goes by the length of the source, because a fixed limit
    /// cuts answers in languages with many tokens per word. The published scripts stop after 256.
    /// </summary>
    public int? MaxNewTokens { get; init; }

    /// <summary>
    /// Where <see cref="MaxNewTokens"/> is null, an answer has at most this many tokens per source token, plus
    /// <see cref="MaxNewTokensExtra"/>. English has some four characters per token, and a script that a vocabulary spells in bytes three
    /// tokens per character.
    /// </summary>
    public double MaxNewTokensPerSourceToken { get; init; } = 12;

    /// <summary>See <see cref="MaxNewTokensPerSourceToken"/>.</summary>
    public int MaxNewTokensExtra { get; init; } = 32;

    /// <summary>No end token comes before an answer has this many tokens.</summary>
    public int MinNewTokens { get; init; }

    /// <summary>
    /// Above 1, tokens that were already said become less likely: a positive score is divided by it, a negative one multiplied.
    /// Greedy search scores with logits, beam search with log-probabilities. 1 is off.
    /// </summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>No sequence of this many tokens is said twice, the prompt counted; 0 is off.</summary>
    public int NoRepeatNgram { get; init; }

    /// <summary>
    /// Key/value cache positions that one batch may use: sentences × (longest prompt + beams × longest answer), because beams
    /// share their prompt. A sentence that needs more than that alone is searched alone.
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
        if (Sampling is not null && Beams != 1)
            yield return new("beams", Beams, "must be 1 where answers are drawn", "use one beam with sampling, or leave sampling out");
        foreach (var problem in Sampling?.Problems() ?? [])
            yield return problem with { Option = $"sampling.{problem.Option}" };
        if (Sampling is null && (NBest < 1 || NBest > Math.Max(Beams, 1)))
            yield return new("nBest", NBest, $"must be 1 to beams = {Beams}", "use 1, or search with more beams");
        if (Sampling is not null && NBest is < 1 or > 1024)
            yield return new("nBest", NBest, "must be 1 to 1024 samples", "use 1, or 32 for minimum Bayes risk");
        if (MaxNewTokens is < 1)
            yield return new("maxNewTokens", MaxNewTokens, "must be 1 or more", "leave it out, or use 256, the published scripts' value");
        if (!(double.IsFinite(MaxNewTokensPerSourceToken) && MaxNewTokensPerSourceToken > 0))
            yield return new("maxNewTokensPerSourceToken", MaxNewTokensPerSourceToken, "must be more than 0", "use 12");
        if (MinNewTokens < 0 || MinNewTokens > (MaxNewTokens ?? int.MaxValue))
            yield return new("minNewTokens", MinNewTokens, "must be 0 to maxNewTokens", "use 0");
        if (MaxNewTokensExtra < 0)
            yield return new("maxNewTokensExtra", MaxNewTokensExtra, "must be 0 or more", "use 32");
        if (!(double.IsFinite(RepetitionPenalty) && RepetitionPenalty > 0))
            yield return new("repetitionPenalty", RepetitionPenalty, "must be more than 0", "use 1, which is off, or 1.1");
        if (NoRepeatNgram < 0)
            yield return new("noRepeatNgram", NoRepeatNgram, "must be 0 or more", "use 0, which is off, or 3");
        if (BatchTokens < 1)
            yield return new("batchTokens", BatchTokens, "must be 1 or more", "use 16384, or less where memory is short");
        if (BatchSentences < 1)
            yield return new("batchSentences", BatchSentences, "must be 1 or more", "use 64");
    }

    /// <summary>Rows of the cache that one sentence may need.</summary>
    internal int RowsPerSentence => Sampling is null ? Beams : NBest;

    /// <summary>The most tokens of the answer to a source of <paramref name="sourceTokens"/> tokens, the end token counted.</summary>
    public int MaxNewTokensFor(int sourceTokens) => MaxNewTokens
        ?? (int)Math.Clamp(Math.Ceiling(MaxNewTokensPerSourceToken * sourceTokens) + MaxNewTokensExtra, 1, int.MaxValue);
}
