using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Quantization;

// M rows, N outputs, K inputs

/// <summary>
/// A weight matrix in eight bits: every output has a scale of its own, and every row of activations gets one when it is multiplied,
/// so that no row's result depends on the rows beside it. The products between are exact, whatever kernel computes them.
/// </summary>
/// <remarks>Inference on the CPU alone. The tensors are owned here.</remarks>
internal sealed unsafe class Int8Matrix : IDisposable
{
    private const int Largest = 127;

    private readonly Tensor _packed;    // [N / 16, K / 4, 16, 4] int8: what sixteen outputs take of four inputs lies together
    private readonly Tensor _scales;    // [N] float32
    private readonly Tensor _offsets;   // [N] int32: what the kernels' shift of the activations adds to every product
    private readonly int _outputs;
    private readonly int _inputs;
    private readonly int _depth;        // inputs, rounded up

    private Int8Matrix(Tensor packed, Tensor scales, Tensor offsets, int inputs)
    {
        (_packed, _scales, _offsets) = (packed, scales, offsets);
        (_outputs, _inputs, _depth) = ((int)scales.shape[0], inputs, (int)packed.shape[1] * Int8Kernel.Quad);
    }

    /// <summary>Rounds each output's weights to whole numbers of its largest weight / 127.</summary>
    /// <param name="weight">[N, K] of any floating-point type, on the CPU.</param>
    public static Int8Matrix Of(Tensor weight)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (outputs, inputs) = ((int)weight.shape[0], (int)weight.shape[1]);
        var (width, depth) = (RoundUp(outputs, Int8Kernel.Outputs), RoundUp(inputs, Int8Kernel.Step));
        var packed = zeros(width, depth, ScalarType.Int8);
        var scales = empty(outputs, ScalarType.Float32);
        var offsets = empty(outputs, ScalarType.Int32);

        // In pieces: a head of 128,000 words would need its size several times over.
        const int Piece = 1024;
        for (var first = 0; first < outputs; first += Piece)
        {
            using var piece = NewDisposeScope();
            var count = Math.Min(Piece, outputs - first);
            var rows = weight.narrow(0, first, count).to(ScalarType.Float32);
            var scale = rows.abs().amax([1]).Over(Largest);
            var rounded = (rows / where(scale.logical_not(), ones_like(scale), scale).unsqueeze(1)).round();
            packed.narrow(0, first, count).narrow(1, 0, inputs).copy_(rounded.to(ScalarType.Int8));
            scales.narrow(0, first, count).copy_(scale);
            offsets.narrow(0, first, count).copy_(rounded.sum(1, type: ScalarType.Float64).Times(Int8Kernel.Shift).to(ScalarType.Int32));
        }

        var blocks = packed.view(width / Int8Kernel.Outputs, Int8Kernel.Outputs, depth / Int8Kernel.Quad, Int8Kernel.Quad)
            .transpose(1, 2).contiguous();
        return new(
            blocks.DetachFromDisposeScope(), scales.DetachFromDisposeScope(), offsets.DetachFromDisposeScope(), inputs);
    }

    /// <summary>x Wᵀ + b.</summary>
    /// <param name="x">[.., K] float32.</param>
    /// <param name="bias">[N], or null.</param>
    /// <param name="kernel">Null = the fastest that this processor has.</param>
    /// <returns>[.., N] float32.</returns>
    public Tensor Apply(Tensor x, Tensor? bias, Int8Kernel? kernel = null)
    {
        using var scope = NewDisposeScope();
        var chosen = kernel ?? Int8Kernel.Fastest;
        var shape = x.shape;
        shape[^1] = _outputs;
        var (source, result) = (x.contiguous(), empty(shape, ScalarType.Float32));
        var rows = (int)(result.numel() / _outputs);
        var (bytes, rowScales) = (empty(rows, _depth, ScalarType.Byte), empty(rows, ScalarType.Float32));
        var (input, rounded, factors) = (
            AotiInterop.DataPointer(source), AotiInterop.DataPointer(bytes), AotiInterop.DataPointer(rowScales));
        CpuWork.Split(rows, 1, (long)rows * _inputs, (from, to) =>
        {
            for (var row = from; row < to; row++)
                ((float*)factors)[row] = Round((float*)input + ((long)row * _inputs), (byte*)rounded + ((long)row * _depth));
        });

        var job = new Int8Kernel.Job(
            (byte*)rounded, (sbyte*)AotiInterop.DataPointer(_packed), (float*)factors, (float*)AotiInterop.DataPointer(_scales),
            (int*)AotiInterop.DataPointer(_offsets), bias is null ? null : (float*)AotiInterop.DataPointer(bias),
            (float*)AotiInterop.DataPointer(result), rows, _depth, _outputs);
        CpuWork.Split(RoundUp(_outputs, Int8Kernel.Outputs) / Int8Kernel.Outputs, 1, (long)_outputs * _depth / 2, (from, to) =>
            chosen.Multiply(job, from, to));
        GC.KeepAlive(this);
        GC.KeepAlive(bias);
        return result.MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        _packed.Dispose();
        _scales.Dispose();
        _offsets.Dispose();
    }

    // Whole numbers of the row's largest value / 127, shifted so that they are not negative; returns the size of one.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private float Round(float* source, byte* target)
    {
        var span = new ReadOnlySpan<float>(source, _inputs);
        var largest = 0f;
        var whole = _inputs - (_inputs % Vector512<float>.Count);
        var most = Vector512<float>.Zero;
        for (var i = 0; i < whole; i += Vector512<float>.Count)
            most = Vector512.Max(most, Vector512.Abs(Vector512.Load(source + i)));
        for (var i = 0; i < Vector512<float>.Count; i++)
            largest = Math.Max(largest, most[i]);
        foreach (var value in span[whole..])
            largest = Math.Max(largest, Math.Abs(value));
        var factor = largest == 0 ? 0 : Largest / largest;
        for (var i = 0; i < whole; i += Vector512<float>.Count)
        {
            var rounded = Vector512.ConvertToInt32(Vector512.Round(Vector512.Load(source + i) * factor))
                + Vector512.Create((int)Int8Kernel.Shift);
            var halves = Vector512.Narrow(rounded, rounded).GetLower();
            Vector256.Narrow(halves, halves).GetLower().AsByte().Store(target + i);
        }

        for (var i = whole; i < _inputs; i++)
            target[i] = (byte)((int)MathF.Round(source[i] * factor) + Int8Kernel.Shift);
        new Span<byte>(target + _inputs, _depth - _inputs).Fill(Int8Kernel.Shift);
        return largest / Largest;
    }

    private static int RoundUp(int value, int step) => (value + step - 1) / step * step;
}
