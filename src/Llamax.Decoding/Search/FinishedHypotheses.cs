namespace Llamax.Decoding.Search;

/// <summary>How a hypothesis came to its end.</summary>
internal enum Ending
{
    EndToken,
    StopRule,
    Limit,
}

/// <summary>The best finished hypotheses of one sentence, as many as it may have.</summary>
internal sealed class FinishedHypotheses(int capacity, double lengthPenalty)
{
    private readonly List<Hypothesis> _bestFirst = new(capacity + 1);

    public IReadOnlyList<Hypothesis> BestFirst => _bestFirst;

    public bool IsFull => _bestFirst.Count == capacity;

    public double WorstScore => _bestFirst[^1].Score;

    /// <summary>The score of a hypothesis of <paramref name="length"/> generated tokens, end token counted.</summary>
    public double Score(double logProbability, int length) => logProbability / Math.Pow(Math.Max(length, 1), lengthPenalty);

    /// <summary>Keeps the hypothesis where it is among the best; of two equal scores the earlier stays first.</summary>
    /// <param name="generated">Its tokens, the end token included.</param>
    /// <param name="logProbability">Their sum.</param>
    /// <param name="ending">Why it ends here.</param>
    public void Add(int[] generated, double logProbability, Ending ending)
    {
        var score = Score(logProbability, generated.Length);
        var place = _bestFirst.Count;
        while (place > 0 && _bestFirst[place - 1].Score < score)
            place--;
        _bestFirst.Insert(place, ending == Ending.EndToken
            ? new(generated[..^1], logProbability, score, generated[^1])
            : new(generated, logProbability, score, EndId: null) { IsStopped = ending == Ending.StopRule });
        if (_bestFirst.Count > capacity)
            _bestFirst.RemoveAt(capacity);
    }
}
