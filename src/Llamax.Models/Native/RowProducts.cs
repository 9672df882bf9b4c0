using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using TorchSharp;
using static TorchSharp.torch;
using Lanes = System.Runtime.Intrinsics.Vector512<float>;

namespace Llamax.Models.Native;

/// <summary>
/// x · Wᵀ for few rows x, which decoding consists of: the weights are read once, at the speed of memory, and no copy of them is made.
/// Every number is summed in one fixed order, so that a row's result never depends on the rows beside it.
/// </summary>
internal static unsafe class RowProducts
{
    private const int Width = 16;         // floats of a register
    private const int ColumnBlock = 8;
    private const int BlockBytes = 1 << 18;   // of rows, and of weights: both stay in the second cache while they meet

    /// <summary>Whether <see cref="Apply"/> is made for this: inference in float32 on a processor with 512-bit registers.</summary>
    public static bool Handles(Tensor x, Tensor weight) => Avx512F.IsSupported && !is_grad_enabled()
        && x.dtype == ScalarType.Float32 && weight.dtype == ScalarType.Float32
        && weight.device_type == DeviceType.CPU && weight.shape[1] % Width == 0 && weight.is_contiguous();

    /// <param name="x">[.., K].</param>
    /// <param name="weight">[N, K] contiguous.</param>
    /// <param name="bias">[N], or null.</param>
    /// <returns>[.., N].</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var rows = x.contiguous();
        var (shape, sizes) = (x.shape, weight.shape);
        var (depth, columns) = ((int)sizes[1], (int)sizes[0]);
        shape[^1] = columns;
        var result = empty(shape, ScalarType.Float32);
        var count = (int)(result.numel() / columns);
        var (input, weights, output) = (AotiInterop.DataPointer(rows), AotiInterop.DataPointer(weight), AotiInterop.DataPointer(result));
        var offset = bias is null ? 0 : AotiInterop.DataPointer(bias);
        CpuWork.Split(columns, ColumnBlock, (long)columns * depth, (from, to) =>
        {
            Multiply((float*)input, (float*)weights, (float*)output, count, depth, from, to, columns);
            if (offset != 0)
                Add((float*)output, (float*)offset, count, from, to, columns);
        });
        GC.KeepAlive(weight);
        GC.KeepAlive(bias);
        return result.MoveToOuterDisposeScope();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add(float* y, float* bias, int rows, int from, int to, int stride)
    {
        for (var row = 0; row < rows; row++, y += stride)
            for (var n = from; n < to; n++)
                y[n] += bias[n];
    }

    private static void Multiply(float* x, float* weights, float* y, int rows, int depth, int from, int to, int stride)
    {
        var block = Math.Max(ColumnBlock, BlockBytes / sizeof(float) / depth / ColumnBlock * ColumnBlock);
        for (var column = from; column < to; column += block)
            for (var row = 0; row < rows; row += block)
                Multiply(x, weights, y, (row, Math.Min(rows, row + block)), depth, (column, Math.Min(to, column + block)), stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply(
        float* x, float* weights, float* y, (int From, int To) rows, int depth, (int From, int To) columns, int stride)
    {
        var (first, end) = rows;
        var (n, to) = columns;
        for (; n + ColumnBlock <= to; n += ColumnBlock)
        {
            var row = first;
            float* w = weights + ((long)n * depth), half = w + (4L * depth);
            for (; row + 4 <= end; row += 4)
            {
                Tile4x4(x + ((long)row * depth), w, y + ((long)row * stride) + n, depth, stride);
                Tile4x4(x + ((long)row * depth), half, y + ((long)row * stride) + n + 4, depth, stride);
            }

            if (row + 2 <= end)
            {
                Tile2x4(x + ((long)row * depth), w, y + ((long)row * stride) + n, depth, stride);
                Tile2x4(x + ((long)row * depth), half, y + ((long)row * stride) + n + 4, depth, stride);
                row += 2;
            }

            if (row < end)
                Tile1x8(x + ((long)row * depth), w, y + ((long)row * stride) + n, depth);
        }

        for (; n < to; n++)
            for (var row = first; row < end; row++)
                y[((long)row * stride) + n] = Dot(x + ((long)row * depth), weights + ((long)n * depth), depth);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Dot(float* x, float* w, int depth)
    {
        var sum = Lanes.Zero;
        for (var k = 0; k < depth; k += Width)
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + k), Vector512.Load(w + k), sum);
        return Sums(sum, default, default, default)[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(float* y, Lanes a, Lanes b, Lanes c, Lanes d) => Sums(a, b, c, d).Store(y);

    /// <summary>The sum of the elements of each of four registers: neighbours first, then what is left of each quarter.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Sums(Lanes a, Lanes b, Lanes c, Lanes d)
    {
        var quarters = Pairs(Pairs(a, b), Pairs(c, d));
        var halves = quarters.GetLower() + quarters.GetUpper();
        return halves.GetLower() + halves.GetUpper();
    }

    // In every quarter: a0 + a1, a2 + a3, b0 + b1, b2 + b3.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Lanes Pairs(Lanes a, Lanes b) => Avx512F.Shuffle(a, b, 0b10_00_10_00) + Avx512F.Shuffle(a, b, 0b11_01_11_01);

    // Letters are rows, digits are columns: all sixteen sums stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile4x4(float* xa, float* w0, float* y, int depth, int stride)
    {
        Lanes a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        Lanes c0 = default, c1 = default, c2 = default, c3 = default, d0 = default, d1 = default, d2 = default, d3 = default;
        float* xb = xa + depth, xc = xb + depth, xd = xc + depth, w1 = w0 + depth, w2 = w1 + depth, w3 = w2 + depth;
        for (var k = 0; k < depth; k += Width)
        {
            Lanes u0 = Vector512.Load(w0 + k), u1 = Vector512.Load(w1 + k), u2 = Vector512.Load(w2 + k), u3 = Vector512.Load(w3 + k);
            var x = Vector512.Load(xa + k);
            a0 = Vector512.FusedMultiplyAdd(x, u0, a0);
            a1 = Vector512.FusedMultiplyAdd(x, u1, a1);
            a2 = Vector512.FusedMultiplyAdd(x, u2, a2);
            a3 = Vector512.FusedMultiplyAdd(x, u3, a3);
            x = Vector512.Load(xb + k);
            b0 = Vector512.FusedMultiplyAdd(x, u0, b0);
            b1 = Vector512.FusedMultiplyAdd(x, u1, b1);
            b2 = Vector512.FusedMultiplyAdd(x, u2, b2);
            b3 = Vector512.FusedMultiplyAdd(x, u3, b3);
            x = Vector512.Load(xc + k);
            c0 = Vector512.FusedMultiplyAdd(x, u0, c0);
            c1 = Vector512.FusedMultiplyAdd(x, u1, c1);
            c2 = Vector512.FusedMultiplyAdd(x, u2, c2);
            c3 = Vector512.FusedMultiplyAdd(x, u3, c3);
            x = Vector512.Load(xd + k);
            d0 = Vector512.FusedMultiplyAdd(x, u0, d0);
            d1 = Vector512.FusedMultiplyAdd(x, u1, d1);
            d2 = Vector512.FusedMultiplyAdd(x, u2, d2);
            d3 = Vector512.FusedMultiplyAdd(x, u3, d3);
        }

        Store(y, a0, a1, a2, a3);
        Store(y + stride, b0, b1, b2, b3);
        Store(y + (2L * stride), c0, c1, c2, c3);
        Store(y + (3L * stride), d0, d1, d2, d3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile2x4(float* xa, float* w0, float* y, int depth, int stride)
    {
        Lanes a0 = default, a1 = default, a2 = default, a3 = default, b0 = default, b1 = default, b2 = default, b3 = default;
        float* xb = xa + depth, w1 = w0 + depth, w2 = w1 + depth, w3 = w2 + depth;
        for (var k = 0; k < depth; k += Width)
        {
            Lanes u0 = Vector512.Load(w0 + k), u1 = Vector512.Load(w1 + k), u2 = Vector512.Load(w2 + k), u3 = Vector512.Load(w3 + k);
            var x = Vector512.Load(xa + k);
            a0 = Vector512.FusedMultiplyAdd(x, u0, a0);
            a1 = Vector512.FusedMultiplyAdd(x, u1, a1);
            a2 = Vector512.FusedMultiplyAdd(x, u2, a2);
            a3 = Vector512.FusedMultiplyAdd(x, u3, a3);
            x = Vector512.Load(xb + k);
            b0 = Vector512.FusedMultiplyAdd(x, u0, b0);
            b1 = Vector512.FusedMultiplyAdd(x, u1, b1);
            b2 = Vector512.FusedMultiplyAdd(x, u2, b2);
            b3 = Vector512.FusedMultiplyAdd(x, u3, b3);
        }

        Store(y, a0, a1, a2, a3);
        Store(y + stride, b0, b1, b2, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile1x8(float* xa, float* w0, float* y, int depth)
    {
        Lanes a0 = default, a1 = default, a2 = default, a3 = default, a4 = default, a5 = default, a6 = default, a7 = default;
        float* w1 = w0 + depth, w2 = w1 + depth, w3 = w2 + depth, w4 = w3 + depth, w5 = w4 + depth, w6 = w5 + depth, w7 = w6 + depth;
        for (var k = 0; k < depth; k += Width)
        {
            var x = Vector512.Load(xa + k);
            a0 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w0 + k), a0);
            a1 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w1 + k), a1);
            a2 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w2 + k), a2);
            a3 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w3 + k), a3);
            a4 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w4 + k), a4);
            a5 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w5 + k), a5);
            a6 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w6 + k), a6);
            a7 = Vector512.FusedMultiplyAdd(x, Vector512.Load(w7 + k), a7);
        }

        Store(y, a0, a1, a2, a3);
        Store(y + 4, a4, a5, a6, a7);
    }
}
