using System.Runtime.Intrinsics;

namespace Llamax.Decoding.Engines;

/// <summary>The distribution of one row, from its logits in the memory of the host.</summary>
internal static class TopTokens
{
    // Beyond this many, sorting everything costs less than inserting one after another.
    private const int Few = 64;

    /// <summary>log Σ exp(logits): what turns logits into natural logarithms of probabilities.</summary>
    public static float LogSumExp(ReadOnlySpan<float> logits)
    {
        var width = Vector512<float>.Count;
        var whole = logits.Length - (logits.Length % width);
        var most = Vector512.Create(float.NegativeInfinity);
        for (var i = 0; i < whole; i += width)
            most = Vector512.Max(most, Vector512.Create(logits.Slice(i, width)));
        var highest = float.NegativeInfinity;
        for (var i = 0; i < width; i++)
            highest = Math.Max(highest, most[i]);
        foreach (var logit in logits[whole..])
            highest = Math.Max(highest, logit);

        // Summed in short runs: a hundred thousand small numbers in one float would lose the last digits.
        var (sum, run, shift) = (0.0, Vector512<float>.Zero, Vector512.Create(highest));
        for (var i = 0; i < whole; i += width)
        {
            run += Vector512.Exp(Vector512.Create(logits.Slice(i, width)) - shift);
            if (i % (64 * width) == 0)
                (sum, run) = (sum + Vector512.Sum(run), Vector512<float>.Zero);
        }

        sum += Vector512.Sum(run);
        foreach (var logit in logits[whole..])
            sum += Math.Exp(logit - highest);
        return (float)(highest + Math.Log(sum));
    }

    /// <summary>Natural logarithms of the probabilities of all tokens.</summary>
    public static void LogProbabilities(ReadOnlySpan<float> logits, Span<float> destination)
    {
        var shift = LogSumExp(logits);
        for (var id = 0; id < logits.Length; id++)
            destination[id] = logits[id] - shift;
    }

    /// <summary>The most probable tokens, best first; ties go to the lower id.</summary>
    /// <param name="logits">[vocabulary].</param>
    /// <param name="ids">[k].</param>
    /// <param name="logProbabilities">[k].</param>
    public static void Rank(ReadOnlySpan<float> logits, Span<int> ids, Span<float> logProbabilities)
    {
        if (ids.Length <= Few)
            Insert(logits, ids, logProbabilities);
        else
            Sort(logits, ids, logProbabilities);
        var shift = LogSumExp(logits);
        foreach (ref var value in logProbabilities)
            value -= shift;
    }

    private static void Insert(ReadOnlySpan<float> logits, Span<int> ids, Span<float> best)
    {
        var width = Vector512<float>.Count;
        var count = 0;
        for (var start = 0; start < logits.Length; start += width)
        {
            // Nearly every stretch holds nothing better than the worst of the best.
            if (count == best.Length && start + width <= logits.Length
                && !Vector512.GreaterThanAny(Vector512.Create(logits.Slice(start, width)), Vector512.Create(best[^1])))
            {
                continue;
            }

            for (var id = start; id < Math.Min(start + width, logits.Length); id++)
            {
                if (count == best.Length && !(logits[id] > best[^1]))
                    continue;
                var place = count < best.Length ? count++ : count - 1;
                for (; place > 0 && logits[id] > best[place - 1]; place--)
                    (ids[place], best[place]) = (ids[place - 1], best[place - 1]);
                (ids[place], best[place]) = (id, logits[id]);
            }
        }
    }

    private static void Sort(ReadOnlySpan<float> logits, Span<int> ids, Span<float> best)
    {
        var values = logits.ToArray();
        var order = new int[values.Length];
        for (var id = 0; id < order.Length; id++)
            order[id] = id;
        Array.Sort(order, (a, b) => values[b].CompareTo(values[a]) is var byValue && byValue != 0 ? byValue : a.CompareTo(b));
        for (var i = 0; i < ids.Length; i++)
            (ids[i], best[i]) = (order[i], values[order[i]]);
    }
}
