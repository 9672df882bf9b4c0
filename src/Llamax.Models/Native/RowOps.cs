using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Native;

/// <summary>
/// Small operations between the products of a decoding step, each in one pass over memory: a step has hundreds of them, and as
/// chains of tensor operations they would cost as much as the products. Inference in float32 on the CPU alone.
/// </summary>
internal static unsafe class RowOps
{
    private const int Width = 16;   // floats of a register

    /// <summary>Whether the operations here are made for this tensor.</summary>
    public static bool Handles(Tensor x) => Vector512.IsHardwareAccelerated && !is_grad_enabled()
        && x.dtype == ScalarType.Float32 && x.device_type == DeviceType.CPU && x.shape[^1] % Width == 0 && x.stride(-1) == 1;

    /// <summary>x / √(mean(x²) + ε) · weight over the last dimension.</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double epsilon)
    {
        using var rows = x.contiguous();
        var size = (int)x.shape[^1];
        var result = empty_like(rows);
        var (input, output, scale) = (AotiInterop.DataPointer(rows), AotiInterop.DataPointer(result), AotiInterop.DataPointer(weight));
        CpuWork.Split((int)(rows.numel() / size), 1, rows.numel(), [MethodImpl(MethodImplOptions.AggressiveOptimization)] (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                float* source = (float*)input + ((long)row * size), target = (float*)output + ((long)row * size);
                var squares = Vector512<float>.Zero;
                for (var i = 0; i < size; i += Width)
                {
                    var value = Vector512.Load(source + i);
                    squares = Vector512.FusedMultiplyAdd(value, value, squares);
                }

                var factor = Vector512.Create((float)(1 / Math.Sqrt((Vector512.Sum(squares) / size) + epsilon)));
                for (var i = 0; i < size; i += Width)
                    (Vector512.Load(source + i) * factor * Vector512.Load((float*)scale + i)).Store(target + i);
            }
        });
        GC.KeepAlive(weight);
        return result;
    }

    /// <summary>x + y of one shape, as a residual stream adds.</summary>
    public static Tensor Add(Tensor x, Tensor y)
    {
        if (!Handles(x) || !x.is_contiguous() || !y.is_contiguous() || y.dtype != x.dtype)
            return x.Plus(y);
        var result = empty_like(x);
        var (left, right, output) = (AotiInterop.DataPointer(x), AotiInterop.DataPointer(y), AotiInterop.DataPointer(result));
        CpuWork.Split((int)(x.numel() / Width), 1, x.numel() * 2, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (from, to) =>
        {
            for (var i = (long)from * Width; i < (long)to * Width; i += Width)
                (Vector512.Load((float*)left + i) + Vector512.Load((float*)right + i)).Store((float*)output + i);
        });
        GC.KeepAlive(x);
        GC.KeepAlive(y);
        return result;
    }

    /// <summary>silu(gate) · up (Shazeer 2020).</summary>
    /// <param name="gate">[.., n]; rows may be cut from wider ones.</param>
    /// <param name="up">As <paramref name="gate"/>.</param>
    public static Tensor SwiGlu(Tensor gate, Tensor up)
    {
        if (!Handles(gate) || RowStride(gate) is not { } gateStride || RowStride(up) is not { } upStride)
            return nn.functional.silu(gate) * up;
        var size = (int)gate.shape[^1];
        var result = empty(gate.shape, ScalarType.Float32);
        var (left, right, output) = (AotiInterop.DataPointer(gate), AotiInterop.DataPointer(up), AotiInterop.DataPointer(result));
        var (rows, touched) = ((int)(result.numel() / size), result.numel() * 4);
        CpuWork.Split(rows, 1, touched, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                float* a = (float*)left + (row * gateStride), b = (float*)right + (row * upStride);
                var target = (float*)output + ((long)row * size);
                for (var i = 0; i < size; i += Width)
                {
                    var value = Vector512.Load(a + i);
                    (value / (Vector512<float>.One + Exponential.Of(-value)) * Vector512.Load(b + i)).Store(target + i);
                }
            }
        });
        GC.KeepAlive(gate);
        GC.KeepAlive(up);
        return result;
    }

    /// <summary>Rotary positions in Hugging Face's arrangement: element i turns with element i + headSize / 2.</summary>
    /// <param name="heads">[batch, length, heads, headSize]; may be cut from wider rows.</param>
    /// <param name="cosine">[batch or 1, length, 1, headSize].</param>
    /// <param name="sine">As <paramref name="cosine"/>, negative in the first half.</param>
    public static Tensor TurnHalves(Tensor heads, Tensor cosine, Tensor sine)
    {
        using var cosines = cosine.contiguous();
        using var sines = sine.contiguous();
        var (shape, strides) = (heads.shape, heads.stride());
        var (length, count, size) = ((int)shape[1], (int)shape[2], (int)shape[3]);
        var half = size / 2;
        var angleRows = cosines.shape[0] * length;
        var result = empty(shape, ScalarType.Float32);
        var (input, output) = (AotiInterop.DataPointer(heads), AotiInterop.DataPointer(result));
        var (cos, sin) = (AotiInterop.DataPointer(cosines), AotiInterop.DataPointer(sines));
        CpuWork.Split((int)shape[0] * length, 1, result.numel() * 2, [MethodImpl(MethodImplOptions.AggressiveOptimization)] (from, to) =>
        {
            for (var row = from; row < to; row++)
            {
                float* c = (float*)cos + (row % angleRows * size), s = (float*)sin + (row % angleRows * size);
                for (var head = 0; head < count; head++)
                {
                    var source = (float*)input + (row / length * strides[0]) + (row % length * strides[1]) + (head * strides[2]);
                    var target = (float*)output + ((((long)row * count) + head) * size);
                    for (var i = 0; i < half; i += Vector256<float>.Count)
                    {
                        var (first, second) = (Vector256.Load(source + i), Vector256.Load(source + i + half));
                        ((first * Vector256.Load(c + i)) + (second * Vector256.Load(s + i))).Store(target + i);
                        ((second * Vector256.Load(c + i + half)) + (first * Vector256.Load(s + i + half))).Store(target + i + half);
                    }
                }
            }
        });
        GC.KeepAlive(heads);
        return result;
    }

    // Elements between one row and the next where rows are evenly spaced; null where they are not.
    private static long? RowStride(Tensor x)
    {
        var (shape, strides) = (x.shape, x.stride());
        if (strides[^1] != 1)
            return null;
        var step = shape.Length < 2 ? 0 : strides[^2];
        for (var i = shape.Length - 3; i >= 0; i--)
            if (shape[i] != 1 && strides[i] != strides[i + 1] * shape[i + 1])
                return null;
        return step;
    }
}
