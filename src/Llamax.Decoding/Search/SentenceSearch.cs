namespace Llamax.Decoding.Search;

/// <summary>A live hypothesis of one sentence.</summary>
/// <param name="Tokens">What was generated so far.</param>
/// <param name="LogProbability">Sum over <paramref name="Tokens"/>.</param>
/// <param name="Parent">Which beam of the step before it continues.</param>
internal sealed record Beam(int[] Tokens, double LogProbability, int Parent);

/// <summary>
/// Beam search of one sentence, apart from any engine: it is shown the best next tokens of its beams and chooses.
/// Hugging Face's rules: candidates are ranked over all beams; an end token counts only among the first <c>beams</c> of them and
/// then makes a finished hypothesis; the first <c>beams</c> others live on.
/// </summary>
internal sealed class SentenceSearch
{
    private readonly SearchOptions _options;
    private readonly EarlyStopping _stopping;
    private readonly IReadOnlySet<int> _endIds;
    private readonly FinishedHypotheses _finished;
    private int _length;

    /// <param name="index">Where the result belongs.</param>
    /// <param name="prompt">What is continued.</param>
    /// <param name="limit">The most new tokens, end token counted.</param>
    /// <param name="endIds">Tokens that end an answer.</param>
    /// <param name="options">The rules.</param>
    public SentenceSearch(int index, SearchPrompt prompt, int limit, IReadOnlySet<int> endIds, SearchOptions options)
    {
        (Index, Prompt, Limit, _endIds, _options) = (index, prompt, limit, endIds, options);
        // Greedy search takes the first end token that wins and looks no further.
        _stopping = options.Beams == 1 ? EarlyStopping.WhenFull : options.EarlyStopping;
        _finished = new(options.Beams, options.LengthPenalty);
        Beams = [new([], 0, 0)];
    }

    public int Index { get; }

    public SearchPrompt Prompt { get; }

    public int Limit { get; }

    /// <summary>Live hypotheses, best first.</summary>
    public IReadOnlyList<Beam> Beams { get; private set; }

    public bool IsDone { get; private set; }

    public IReadOnlyList<Hypothesis> Best => [.. _finished.BestFirst.Take(_options.NBest)];

    /// <summary>Continues every beam by one token.</summary>
    /// <param name="k">Next tokens shown per beam: enough that each beam shows <c>beams</c> tokens that are no end tokens.</param>
    /// <param name="ids">[beams × k].</param>
    /// <param name="logProbabilities">[beams × k]; −∞ marks a forbidden token.</param>
    public void Extend(int k, ReadOnlySpan<int> ids, ReadOnlySpan<float> logProbabilities)
    {
        _length++;
        var next = new List<Beam>(_options.Beams);
        if (_length <= Prompt.Forced.Count)
        {
            Beams = [new([.. Beams[0].Tokens, Prompt.Forced[_length - 1]], Beams[0].LogProbability, 0)];
            if (_length == Limit)
                Cut(Beams);
            return;
        }

        var rank = 0;
        foreach (var (parent, token, logProbability) in Rank(k, ids, logProbabilities))
        {
            if (!_endIds.Contains(token))
                next.Add(new([.. Beams[parent].Tokens, token], logProbability, parent));
            else if (rank < _options.Beams)
                _finished.Add(Beams[parent].Tokens, logProbability, token);
            rank++;
            if (next.Count == _options.Beams)
                break;
        }

        if (next.Count == 0 && _finished.BestFirst.Count == 0)
            Cut(Beams); // every token was forbidden
        if (next.Count == 0 || CannotImprove(next[0]))
            IsDone = true;
        else if (_length == Limit)
            Cut(next);
        Beams = next;
    }

    private void Cut(IReadOnlyList<Beam> beams)
    {
        foreach (var beam in beams)
            _finished.Add(beam.Tokens, beam.LogProbability, endId: null);
        IsDone = true;
    }

    private bool CannotImprove(Beam best)
    {
        if (!_finished.IsFull)
            return false;
        if (_stopping == EarlyStopping.WhenFull)
            return true;
        var length = _stopping == EarlyStopping.Never && _options.LengthPenalty > 0 ? Limit : _length;
        return _finished.WorstScore >= _finished.Score(best.LogProbability, length);
    }

    private List<(int Parent, int Token, double LogProbability)> Rank(int k, ReadOnlySpan<int> ids, ReadOnlySpan<float> logProbabilities)
    {
        var candidates = new List<(int Parent, int Token, double LogProbability)>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
            if (!float.IsNegativeInfinity(logProbabilities[i]))
                candidates.Add((i / k, ids[i], Beams[i / k].LogProbability + logProbabilities[i]));
        // Equal sums: the better beam, then the lower id, so that the result never depends on the sorting algorithm.
        candidates.Sort((a, b) =>
        {
            var bySum = b.LogProbability.CompareTo(a.LogProbability);
            var byParent = bySum != 0 ? bySum : a.Parent.CompareTo(b.Parent);
            return byParent != 0 ? byParent : a.Token.CompareTo(b.Token);
        });
        return candidates;
    }
}
