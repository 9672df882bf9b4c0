namespace Llamax.Decoding.Search;

/// <summary>The best finished hypotheses of one sentence, as many as there are beams.</summary>
internal sealed class FinishedHypotheses(int capacity, double lengthPenalty)
{
    private readonly List<Hypothesis> _bestFirst = new(capacity + 1);

    public IReadOnlyList<Hypothesis> BestFirst => _bestFirst;

    public bool IsFull => _bestFirst.Count == capacity;

    public double WorstScore => _bestFirst[^1].Score;

    /// <summary>The score of a hypothesis of <paramref name="length"/> generated tokens, end token counted.</summary>
    public double Score(double logProbability, int length) => logProbability / Math.Pow(Math.Max(length, 1), lengthPenalty);

    /// <summary>Keeps the hypothesis where it is among the best; of two equal scores the earlier stays first.</summary>
    public void Add(int[] tokens, double logProbability, int? endId)
    {
        var score = Score(logProbability, tokens.Length + (endId is null ? 0 : 1));
        var place = _bestFirst.Count;
        while (place > 0 && _bestFirst[place - 1].Score < score)
            place--;
        _bestFirst.Insert(place, new(tokens, logProbability, score, endId));
        if (_bestFirst.Count > capacity)
            _bestFirst.RemoveAt(capacity);
    }
}
