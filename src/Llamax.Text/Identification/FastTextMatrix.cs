using System.Numerics;
using System.Runtime.InteropServices;

namespace Llamax.Text.Identification;

/// <summary>Rows of numbers, of which one is added to a vector or multiplied with one (matrix.h).</summary>
internal abstract class FastTextMatrix(int rows, int columns)
{
    public int Rows { get; } = rows;

    public int Columns { get; } = columns;

    /// <summary>Adds a row to <paramref name="sum"/>, which has <see cref="Columns"/> numbers.</summary>
    public abstract void AddRow(int row, Span<float> sum);

    /// <summary>The product of a row and a vector, summed from the left in single precision: rounding decides ties.</summary>
    public abstract float Dot(int row, ReadOnlySpan<float> vector);
}

/// <summary>All numbers as they are.</summary>
internal sealed class DenseMatrix(int rows, int columns, float[] values) : FastTextMatrix(rows, columns)
{
    public override void AddRow(int row, Span<float> sum)
    {
        var own = values.AsSpan(row * Columns, Columns);
        var wide = MemoryMarshal.Cast<float, Vector<float>>(own);
        var wideSum = MemoryMarshal.Cast<float, Vector<float>>(sum);
        for (var i = 0; i < wide.Length && i < wideSum.Length; i++)
            wideSum[i] += wide[i];
        for (var i = wide.Length * Vector<float>.Count; i < own.Length && i < sum.Length; i++)
            sum[i] += own[i];
    }

    public override float Dot(int row, ReadOnlySpan<float> vector)
    {
        var own = values.AsSpan(row * Columns, Columns);
        var sum = 0f;
        for (var i = 0; i < own.Length && i < vector.Length; i++)
            sum += own[i] * vector[i];
        return sum;
    }
}

/// <summary>
/// Product quantisation (Joulin et al. 2016, arXiv 1612.03651; quantmatrix.cc): a row is cut into parts, each part is one of 256
/// centroids, and the row's norm, where it is stored apart, one of 256 numbers.
/// </summary>
/// <param name="rows">Number of rows.</param>
/// <param name="quantizer">The centroids of the parts.</param>
/// <param name="codes">[rows, parts].</param>
/// <param name="norms">The norm of each row; null where none is stored.</param>
internal sealed class QuantizedMatrix(int rows, ProductQuantizer quantizer, byte[] codes, float[]? norms)
    : FastTextMatrix(rows, quantizer.Dimension)
{
    public override void AddRow(int row, Span<float> sum)
    {
        var norm = norms is null ? 1 : norms[row];
        var own = codes.AsSpan(row * quantizer.Parts, quantizer.Parts);
        for (var part = 0; part < own.Length; part++)
        {
            var centroid = quantizer.Centroid(part, own[part]);
            var target = sum.Slice(part * quantizer.PartSize, centroid.Length);
            for (var i = 0; i < centroid.Length && i < target.Length; i++)
                target[i] += norm * centroid[i];
        }
    }

    public override float Dot(int row, ReadOnlySpan<float> vector)
    {
        var own = codes.AsSpan(row * quantizer.Parts, quantizer.Parts);
        var sum = 0f;
        for (var part = 0; part < own.Length; part++)
        {
            var centroid = quantizer.Centroid(part, own[part]);
            var source = vector.Slice(part * quantizer.PartSize, centroid.Length);
            for (var i = 0; i < centroid.Length && i < source.Length; i++)
                sum += source[i] * centroid[i];
        }

        return norms is null ? sum : sum * norms[row];
    }

    /// <summary>The same rows as they are added: the same sums in fewer steps, for more memory.</summary>
    public DenseMatrix Unpack()
    {
        var values = new float[Rows * Columns];
        for (var row = 0; row < Rows; row++)
            AddRow(row, values.AsSpan(row * Columns, Columns));
        return new DenseMatrix(Rows, Columns, values);
    }
}

/// <summary>The centroids of the parts of a vector (productquantizer.cc).</summary>
/// <param name="Dimension">Of the whole vector.</param>
/// <param name="Parts">How many parts it has.</param>
/// <param name="PartSize">Numbers in every part but the last.</param>
/// <param name="LastPartSize">Numbers in the last part.</param>
/// <param name="Centroids">256 for each part, one part after another.</param>
internal sealed record ProductQuantizer(int Dimension, int Parts, int PartSize, int LastPartSize, float[] Centroids)
{
    /// <summary>Centroids of a part.</summary>
    public const int Codes = 256;

    public ReadOnlySpan<float> Centroid(int part, byte code) => part == Parts - 1
        ? Centroids.AsSpan(part * Codes * PartSize + code * LastPartSize, LastPartSize)
        : Centroids.AsSpan((part * Codes + code) * PartSize, PartSize);
}
