using System.Buffers;
using Llamax.Runs;

namespace Llamax.Text.Identification;

/// <summary>
/// A supervised fastText model: the mean of the vectors of a line's words and subwords, and a linear classifier over it
/// (fasttext.cc, model.cc). All sums run in fastText's order, in single precision.
/// </summary>
internal sealed class FastTextModel(
    FastTextDictionary dictionary, FastTextMatrix input, FastTextLoss loss, IReadOnlyList<string> labels, string where)
{
    private const int SmallDimension = 512;

    public IReadOnlyList<string> Labels { get; } = labels;

    /// <summary>The most probable labels, the best first.</summary>
    /// <param name="line">UTF-8 between two bytes that the model may overwrite.</param>
    /// <param name="best">Gets them.</param>
    /// <returns>How many there are.</returns>
    /// <exception cref="RequestException">The numbers of the model overflow.</exception>
    public int Predict(Span<byte> line, Span<LabelProbability> best)
    {
        var dimension = input.Columns;
        var rented = dimension <= SmallDimension ? null : ArrayPool<float>.Shared.Rent(dimension);
        var hidden = rented is null ? stackalloc float[dimension] : rented.AsSpan(0, dimension);
        var count = 0;
        if (best.Length > 0 && Average(line, hidden))
        {
            var found = new BestLabels(Math.Min(best.Length, Labels.Count));
            loss.Search(hidden, ref found);
            count = found.CopyTo(best);
            found.Dispose();
        }

        if (rented is not null)
            ArrayPool<float>.Shared.Return(rented);
        for (var i = 0; i < count; i++)
            if (!float.IsFinite(best[i].Probability))
                throw new RequestException("the model gives no number as a probability", where, "fetch the file again");
        return count;
    }

    /// <summary>The mean vector of a line; false where no part of the line has one.</summary>
    public bool Average(Span<byte> line, Span<float> mean)
    {
        mean.Clear();
        var sum = new RowSum(input, mean);
        dictionary.Rows(line, ref sum);
        if (sum.Count == 0)
            return false;
        var factor = (float)(1.0 / sum.Count);
        foreach (ref var value in mean)
            value *= factor;
        return true;
    }

    private ref struct RowSum(FastTextMatrix matrix, Span<float> sum) : IRowSink
    {
        private readonly Span<float> _sum = sum;

        public int Count { get; private set; }

        public void Add(int row)
        {
            matrix.AddRow(row, _sum);
            Count++;
        }
    }
}
