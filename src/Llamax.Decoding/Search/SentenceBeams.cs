namespace Llamax.Decoding.Search;

/// <summary>A beam and a token that may continue it.</summary>
/// <param name="Parent">Which beam.</param>
/// <param name="Answer">Its tokens and the new one.</param>
/// <param name="LogProbability">Sum over <paramref name="Answer"/>.</param>
internal sealed record Continuation(int Parent, int[] Answer, double LogProbability);

/// <summary>
/// Greedy and beam search of one sentence by Hugging Face's rules: continuations are ranked over all beams; one that ends counts only
/// among the first <c>beams</c> of them and then makes a finished hypothesis; the first <c>beams</c> others live on. Where phrases must
/// be said, <see cref="PhraseConstraints"/> allot the places.
/// </summary>
internal sealed class SentenceBeams : SentenceSearch
{
    private readonly SearchOptions _options;
    private readonly EarlyStopping _stopping;
    private readonly Endings _endings;
    private readonly FinishedHypotheses _finished;
    private readonly PhraseConstraints? _phrases;

    public SentenceBeams(int index, SearchPrompt prompt, int limit, Endings endings, SearchOptions options)
        : base(index, prompt, limit)
    {
        (_endings, _options) = (endings, options);
        _phrases = prompt.Phrases.Count > 0 ? new(prompt.Phrases) : null;
        // Greedy search takes the first end token that wins and looks no further; beams without their phrases would never end.
        _stopping = options.Beams == 1 || _phrases is not null ? EarlyStopping.WhenFull : options.EarlyStopping;
        _finished = new(options.Beams, options.LengthPenalty);
    }

    public override IReadOnlyList<Hypothesis> Best => [.. _finished.BestFirst.Take(_options.NBest)];

    protected override void Choose(NextTokens next, int firstRow)
    {
        var ranked = Rank(next, firstRow);
        if (_phrases is not null)
        {
            AddPhraseTokens(next, firstRow, ranked);
            ranked.RemoveAll(continuation => _endings.Ids.Contains(continuation.Answer[^1]) && !_phrases.AreSaid(continuation.Answer));
            ranked = _phrases.Allot(ranked, _options.Beams);
        }

        var beams = new List<Beam>(_options.Beams);
        for (var rank = 0; rank < ranked.Count && beams.Count < _options.Beams; rank++)
        {
            var (parent, answer, logProbability) = ranked[rank];
            if (_endings.Of(answer) is not { } ending)
                beams.Add(new(answer, logProbability, parent));
            else if (rank < _options.Beams)
                _finished.Add(answer, logProbability, ending);
        }

        if (beams.Count == 0 && _finished.BestFirst.Count == 0)
            Cut(Beams); // every token was forbidden
        if (beams.Count == 0 || CannotImprove(ranked[0].LogProbability))
            IsDone = true;
        else if (Length == Limit)
            Cut(beams);
        Beams = beams;
    }

    protected override void Cut() => Cut(Beams);

    private void Cut(IReadOnlyList<Beam> beams)
    {
        // Where phrases are missing at the limit, what has most of them is the answer.
        var most = _phrases is null ? 0 : beams.Max(beam => _phrases.Said(beam.Tokens));
        if (_phrases is null || _finished.BestFirst.Count == 0 || most == _phrases.Length)
            foreach (var beam in beams)
                if (_phrases is null || _phrases.Said(beam.Tokens) == most)
                    _finished.Add(beam.Tokens, beam.LogProbability, Ending.Limit);
        IsDone = true;
    }

    /// <param name="best">
    /// The best sum of this step. As in Hugging Face's scorer it may belong to a hypothesis that has just ended: then a longer one is
    /// given another chance.
    /// </param>
    private bool CannotImprove(double best)
    {
        if (!_finished.IsFull)
            return false;
        if (_stopping == EarlyStopping.WhenFull)
            return true;
        var length = _stopping == EarlyStopping.Never && _options.LengthPenalty > 0 ? Limit : Length;
        return _finished.WorstScore >= _finished.Score(best, length);
    }

    private List<Continuation> Rank(NextTokens next, int firstRow)
    {
        var ids = next.Ids(firstRow, Beams.Count);
        var logProbabilities = next.LogProbabilities(firstRow, Beams.Count);
        var all = new List<(int Parent, int Token, double LogProbability)>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
            if (!float.IsNegativeInfinity(logProbabilities[i]))
                all.Add((i / next.K, ids[i], Beams[i / next.K].LogProbability + logProbabilities[i]));

        // Equal sums: the better beam, then the lower id, so that the result never depends on the sorting algorithm.
        all.Sort((a, b) =>
        {
            var bySum = b.LogProbability.CompareTo(a.LogProbability);
            var byParent = bySum != 0 ? bySum : a.Parent.CompareTo(b.Parent);
            return byParent != 0 ? byParent : a.Token.CompareTo(b.Token);
        });
        return [.. all.Select(c => new Continuation(c.Parent, [.. Beams[c.Parent].Tokens, c.Token], c.LogProbability))];
    }

    /// <summary>What the phrases ask for is a continuation, however improbable.</summary>
    private void AddPhraseTokens(NextTokens next, int firstRow, List<Continuation> ranked)
    {
        for (var parent = 0; parent < Beams.Count; parent++)
        {
            var beam = Beams[parent];
            var wanted = _phrases!.Wanted(beam.Tokens)
                .Except(ranked.Where(c => c.Parent == parent).Select(c => c.Answer[^1]))
                .Order()
                .ToList();
            if (wanted.Count == 0)
                continue;
            var scores = next.Scores(firstRow + parent, Prompt, beam.Tokens);
            foreach (var token in wanted)
                if (!float.IsNegativeInfinity(scores[token]))
                    ranked.Add(new(parent, [.. beam.Tokens, token], beam.LogProbability + scores[token]));
        }
    }
}
