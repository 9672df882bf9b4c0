using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Sums = System.Runtime.Intrinsics.Vector256<int>;

namespace Llamax.Models.Quantization;

/// <summary>One instruction multiplies four pairs and adds them up (AVX-VNNI: Intel since Alder Lake, AMD since Zen 5).</summary>
internal sealed unsafe class VnniKernel : Int8Kernel
{
    private const int HalfBlock = 32;   // bytes of eight outputs
    private const int Block = 64;

    public static bool IsSupported => AvxVnni.IsSupported;

    protected override int MostRows => 6;

    protected override int Sum(byte* rows, sbyte* weights, int depth, int left, int* sums)
    {
        if (left >= 6)
        {
            Six(rows, weights, depth, sums);
            return 6;
        }

        if (left >= 2)
        {
            Two(rows, weights, depth, sums);
            return 2;
        }

        One(rows, weights, depth, sums);
        return 1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Sums Add(Sums sums, Vector256<byte> input, Vector256<sbyte> weights) =>
        AvxVnni.MultiplyWideningAndAdd(sums, input, weights);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Quad4(byte* row, int k) => Vector256.Create(*(int*)(row + k)).AsByte();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(int* sums, int row, Sums low, Sums high)
    {
        low.Store(sums + (row * Outputs));
        high.Store(sums + (row * Outputs) + 8);
    }

    // Letters are rows, digits are halves of the sixteen outputs: twelve sums stay in registers.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Six(byte* a, sbyte* weights, int depth, int* sums)
    {
        Sums a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default;
        Sums d0 = default, d1 = default, e0 = default, e1 = default, f0 = default, f1 = default;
        byte* b = a + depth, c = b + depth, d = c + depth, e = d + depth, f = e + depth;
        for (var k = 0; k < depth; k += Quad, weights += Block)
        {
            Vector256<sbyte> low = Vector256.Load(weights), high = Vector256.Load(weights + HalfBlock);
            var x = Quad4(a, k);
            (a0, a1) = (Add(a0, x, low), Add(a1, x, high));
            x = Quad4(b, k);
            (b0, b1) = (Add(b0, x, low), Add(b1, x, high));
            x = Quad4(c, k);
            (c0, c1) = (Add(c0, x, low), Add(c1, x, high));
            x = Quad4(d, k);
            (d0, d1) = (Add(d0, x, low), Add(d1, x, high));
            x = Quad4(e, k);
            (e0, e1) = (Add(e0, x, low), Add(e1, x, high));
            x = Quad4(f, k);
            (f0, f1) = (Add(f0, x, low), Add(f1, x, high));
        }

        Store(sums, 0, a0, a1);
        Store(sums, 1, b0, b1);
        Store(sums, 2, c0, c1);
        Store(sums, 3, d0, d1);
        Store(sums, 4, e0, e1);
        Store(sums, 5, f0, f1);
    }

    // Few rows: several sums per output hide how long the instruction takes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Two(byte* a, sbyte* weights, int depth, int* sums)
    {
        Sums a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        var b = a + depth;
        for (var k = 0; k < depth; k += 2 * Quad, weights += 2 * Block)
        {
            Vector256<sbyte> low = Vector256.Load(weights), high = Vector256.Load(weights + HalfBlock);
            var (x, y) = (Quad4(a, k), Quad4(b, k));
            (a0, a1, b0, b1) = (Add(a0, x, low), Add(a1, x, high), Add(b0, y, low), Add(b1, y, high));
            (low, high) = (Vector256.Load(weights + Block), Vector256.Load(weights + Block + HalfBlock));
            (x, y) = (Quad4(a, k + Quad), Quad4(b, k + Quad));
            (c0, c1, d0, d1) = (Add(c0, x, low), Add(c1, x, high), Add(d0, y, low), Add(d1, y, high));
        }

        Store(sums, 0, a0 + c0, a1 + c1);
        Store(sums, 1, b0 + d0, b1 + d1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void One(byte* a, sbyte* weights, int depth, int* sums)
    {
        Sums a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (var k = 0; k < depth; k += 4 * Quad, weights += 4 * Block)
        {
            var x = Quad4(a, k);
            (a0, a1) = (Add(a0, x, Vector256.Load(weights)), Add(a1, x, Vector256.Load(weights + HalfBlock)));
            x = Quad4(a, k + Quad);
            (b0, b1) = (Add(b0, x, Vector256.Load(weights + Block)), Add(b1, x, Vector256.Load(weights + Block + HalfBlock)));
            x = Quad4(a, k + (2 * Quad));
            (c0, c1) = (Add(c0, x, Vector256.Load(weights + (2 * Block))), Add(c1, x, Vector256.Load(weights + (2 * Block) + HalfBlock)));
            x = Quad4(a, k + (3 * Quad));
            (d0, d1) = (Add(d0, x, Vector256.Load(weights + (3 * Block))), Add(d1, x, Vector256.Load(weights + (3 * Block) + HalfBlock)));
        }

        Store(sums, 0, a0 + b0 + c0 + d0, a1 + b1 + c1 + d1);
    }
}
