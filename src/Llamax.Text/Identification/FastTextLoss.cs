using System.Buffers;

namespace Llamax.Text.Identification;

/// <summary>How the vector of a line becomes probabilities of labels (loss.cc). In single precision: rounding decides ties.</summary>
internal abstract class FastTextLoss
{
    /// <summary>Offers labels with the logarithms of their probabilities to <paramref name="best"/>.</summary>
    public abstract void Search(scoped ReadOnlySpan<float> hidden, ref BestLabels best);

    /// <summary>The logarithm that fastText takes of probabilities, never below ln 1e-5.</summary>
    protected static float Logarithm(float probability) => (float)Math.Log(probability + 1e-5);
}

/// <summary>Losses that compute every label.</summary>
internal abstract class FlatLoss(FastTextMatrix output) : FastTextLoss
{
    public override void Search(scoped ReadOnlySpan<float> hidden, ref BestLabels best)
    {
        var rented = ArrayPool<float>.Shared.Rent(output.Rows);
        var scores = rented.AsSpan(0, output.Rows);
        for (var label = 0; label < scores.Length; label++)
            scores[label] = output.Dot(label, hidden);
        ToProbabilities(scores);
        for (var label = 0; label < scores.Length; label++)
        {
            var logarithm = Logarithm(scores[label]);
            if (!(best.IsFull && logarithm < best.Lowest))
                best.Add(label, logarithm);
        }

        ArrayPool<float>.Shared.Return(rented);
    }

    protected abstract void ToProbabilities(Span<float> scores);
}

/// <summary>One label is right: the probabilities add up to 1.</summary>
internal sealed class SoftmaxLoss(FastTextMatrix output) : FlatLoss(output)
{
    protected override void ToProbabilities(Span<float> scores)
    {
        var maximum = scores[0];
        foreach (var score in scores)
            maximum = maximum < score ? score : maximum;
        var sum = 0f;
        foreach (ref var score in scores)
        {
            score = (float)Math.Exp(score - maximum);
            sum += score;
        }

        foreach (ref var score in scores)
            score /= sum;
    }
}

/// <summary>Each label is right or wrong by itself (one-vs-all and negative sampling), by a table of the logistic function.</summary>
internal sealed class LogisticLoss(FastTextMatrix output) : FlatLoss(output)
{
    private const int Steps = 512;
    private const int Limit = 8;

    private static readonly float[] Sigmoid =
    [
        .. Enumerable.Range(0, Steps + 1)
            .Select(i => (float)(i * 2 * Limit) / Steps - Limit)
            .Select(x => (float)(1.0 / (1.0 + MathF.Exp(-x)))),
    ];

    protected override void ToProbabilities(Span<float> scores)
    {
        foreach (ref var score in scores)
            score = score switch
            {
                < -Limit => 0,
                > Limit => 1,
                _ => Sigmoid[(int)((score + Limit) * Steps / Limit / 2)],
            };
    }
}

/// <summary>Labels are the leaves of a Huffman tree over their counts; every inner node decides left or right.</summary>
internal sealed class HierarchicalSoftmaxLoss : FastTextLoss
{
    private const long Unborn = 1_000_000_000_000_000;

    private readonly FastTextMatrix _output;
    private readonly int _labels;
    private readonly (int Left, int Right)[] _inner;
    private readonly int _depth;

    /// <param name="output">A row for each inner node.</param>
    /// <param name="counts">Of the labels, in sum below 1e15.</param>
    public HierarchicalSoftmaxLoss(FastTextMatrix output, ReadOnlySpan<long> counts)
    {
        (_output, _labels) = (output, counts.Length);
        var all = new long[2 * _labels - 1];
        all.AsSpan().Fill(Unborn);
        counts.CopyTo(all);
        _inner = new (int, int)[_labels - 1];
        var depths = new int[all.Length];
        var (leaf, node) = (_labels - 1, _labels);
        for (var made = _labels; made < all.Length; made++)
        {
            var (left, right) = (Next(), Next());
            _inner[made - _labels] = (left, right);
            all[made] = all[left] + all[right];
            depths[made] = 1 + Math.Max(depths[left], depths[right]);
        }

        _depth = depths[^1];

        int Next() => leaf >= 0 && all[leaf] < all[node] ? leaf-- : node++;
    }

    public override void Search(scoped ReadOnlySpan<float> hidden, ref BestLabels best)
    {
        var lowest = Logarithm(0);
        var rented = ArrayPool<(int Node, float Score)>.Shared.Rent(_depth + 2);
        var waiting = rented.AsSpan();
        var count = 0;
        waiting[count++] = (2 * _labels - 2, 0);
        while (count > 0)
        {
            var (node, score) = waiting[--count];
            if (score < lowest || (best.IsFull && score < best.Lowest))
                continue;
            if (node < _labels)
            {
                best.Add(node, score);
                continue;
            }

            var right = (float)(1.0 / (1 + MathF.Exp(-_output.Dot(node - _labels, hidden))));
            var children = _inner[node - _labels];
            waiting[count++] = (children.Right, score + Logarithm(right));
            waiting[count++] = (children.Left, score + Logarithm((float)(1.0 - right)));
        }

        ArrayPool<(int, float)>.Shared.Return(rented);
    }
}
