namespace Llamax.Corpus.Mixing;

/// <summary>
/// Water filling: shares by weight, none above its cap; what a cap leaves over goes to the others by weight. With equal weights and caps of
/// N epochs it is UniMax, whose Algorithm 1 goes through the languages from the smallest on and gives each an even part of what is left.
/// </summary>
internal static class MixAllocation
{
    /// <summary>Whole numbers that sum to the budget, or to all caps where those are less.</summary>
    /// <param name="budget">Not negative.</param>
    /// <param name="weights">Not negative; 0 gets nothing.</param>
    /// <param name="caps">Not negative.</param>
    public static long[] Divide(long budget, double[] weights, long[] caps)
    {
        var parts = new long[weights.Length];

        // In the order in which rising water reaches the caps: who is full at the present level stays full at every higher one.
        var order = Enumerable.Range(0, weights.Length).Where(i => weights[i] > 0).OrderBy(i => caps[i] / weights[i]).ToList();
        var (rest, weight) = (budget, order.Sum(i => weights[i]));
        var full = 0;
        for (; full < order.Count; full++)
        {
            var i = order[full];
            if (rest * (weights[i] / weight) < caps[i])
                break;
            parts[i] = Math.Min(caps[i], rest);
            rest -= parts[i];
            weight -= weights[i];
        }

        // Recomputed, because the sum of the last few is small beside what was subtracted from it.
        var open = order[full..];
        weight = open.Sum(i => weights[i]);
        var exact = open.Select(i => rest * (weights[i] / weight)).ToList();
        var left = rest;
        for (var k = 0; k < open.Count; k++)
            left -= parts[open[k]] = Math.Min((long)exact[k], caps[open[k]]);

        // Largest remainders first: nobody gets more than one, and none is above its cap, for all are below theirs.
        foreach (var k in Enumerable.Range(0, open.Count).OrderByDescending(k => exact[k] - Math.Floor(exact[k])))
        {
            if (left <= 0)
                break;
            if (parts[open[k]] == caps[open[k]])
                continue;
            parts[open[k]]++;
            left--;
        }

        return parts;
    }
}
