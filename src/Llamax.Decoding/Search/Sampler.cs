namespace Llamax.Decoding.Search;

/// <summary>Draws one token of a distribution after the filters of <see cref="SamplingOptions"/>. One thread at a time.</summary>
internal sealed class Sampler(SamplingOptions options)
{
    private readonly List<(int Id, double Score)> _kept = [];
    private double[] _weights = [];

    /// <param name="scores">[vocabulary] logits or log-probabilities; −∞ marks a forbidden token.</param>
    /// <param name="uniform">In [0, 1): where in the filtered distribution the token lies, likelier tokens first.</param>
    /// <returns>The token; −1 where every one is forbidden.</returns>
    public int Draw(ReadOnlySpan<float> scores, double uniform)
    {
        Keep(scores);
        if (_kept.Count == 0)
            return -1;

        // Likeliest first, ties by id: the draw depends on the distribution alone.
        _kept.Sort((a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Id.CompareTo(b.Id));
        var count = Filter(_kept.Count);
        var total = 0.0;
        for (var i = 0; i < count; i++)
            total += _weights[i];
        var rest = uniform * total;
        for (var i = 0; i < count; i++)
        {
            rest -= _weights[i];
            if (rest < 0)
                return _kept[i].Id;
        }

        return _kept[count - 1].Id;
    }

    /// <summary>Temperature and top-k.</summary>
    private void Keep(ReadOnlySpan<float> scores)
    {
        var least = options.TopK > 0 ? KthBest(scores, options.TopK) : float.NegativeInfinity;
        _kept.Clear();
        for (var id = 0; id < scores.Length; id++)
            if (scores[id] >= least && !float.IsNegativeInfinity(scores[id]))
                _kept.Add((id, scores[id] / options.Temperature));
    }

    private static float KthBest(ReadOnlySpan<float> scores, int k)
    {
        var best = new PriorityQueue<float, float>();
        foreach (var score in scores)
            if (best.Count < k)
                best.Enqueue(score, score);
            else if (score > best.Peek())
                best.EnqueueDequeue(score, score);
        return best.Peek();
    }

    /// <summary>Top-p, then min-p, over the sorted list; fills the weights of those kept.</summary>
    private int Filter(int count)
    {
        if (_weights.Length < count)
            _weights = new double[count];
        var sum = 0.0;
        for (var i = 0; i < count; i++)
            sum += _weights[i] = Math.Exp(_kept[i].Score - _kept[0].Score);
        if (options.TopP < 1)
        {
            // The token that crosses the border stays.
            var (reached, kept) = (0.0, 0);
            while (kept < count && reached < options.TopP * sum)
                reached += _weights[kept++];
            count = Math.Max(1, kept);
        }

        while (count > 1 && _weights[count - 1] < options.MinP)
            count--;
        return count;
    }
}
