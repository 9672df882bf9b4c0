using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Llamax.Models.Quantization;

/// <summary>
/// Both factors widened to sixteen bits, where pairs are multiplied and added exactly; AVX2's own product of bytes would saturate.
/// </summary>
internal sealed unsafe class Avx2Kernel : Int8Kernel
{
    public static bool IsSupported => Avx2.IsSupported;

    protected override int MostRows => 1;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override int Sum(byte* rows, sbyte* weights, int depth, int left, int* sums)
    {
        Vector256<int> a = default, b = default, c = default, d = default;   // pairs of sums of four outputs each
        for (var k = 0; k < depth; k += Quad, weights += Outputs * Quad)
        {
            var quad = Sse41.ConvertToVector128Int16(Vector128.CreateScalarUnsafe(*(uint*)(rows + k)).AsByte());
            var x = Vector256.Create(quad.AsInt64().ToScalar()).AsInt16();
            a += Avx2.MultiplyAddAdjacent(x, Avx2.ConvertToVector256Int16(weights));
            b += Avx2.MultiplyAddAdjacent(x, Avx2.ConvertToVector256Int16(weights + 16));
            c += Avx2.MultiplyAddAdjacent(x, Avx2.ConvertToVector256Int16(weights + 32));
            d += Avx2.MultiplyAddAdjacent(x, Avx2.ConvertToVector256Int16(weights + 48));
        }

        Join(a, b).Store(sums);
        Join(c, d).Store(sums + 8);
        return 1;
    }

    // The instruction adds neighbours, half a register at a time; the permutation puts the outputs in order.
    private static Vector256<int> Join(Vector256<int> low, Vector256<int> high) =>
        Avx2.Permute4x64(Avx2.HorizontalAdd(low, high).AsInt64(), 0b11_01_10_00).AsInt32();
}
