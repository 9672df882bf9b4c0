using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Llamax.Models.Native;

/// <summary>
/// eˣ of sixteen numbers, to two units in the last place: eˣ = 2ⁿ · eʳ with |r| ≤ ln 2 / 2, and eʳ by the minimax polynomial of the
/// Cephes library. .NET's own has to be compiled anew in every process and is slow until then.
/// </summary>
internal static class Exponential
{
    private const float Lowest = -87.33654f;    // below it the result is no normal number: 0
    private const float Highest = 88.37626f;    // above it stays finite

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Of(Vector512<float> x)
    {
        // The native minimum and maximum give their second operand where one is not a number.
        var bounded = Vector512.MinNative(Vector512.Create(Highest), Vector512.MaxNative(Vector512.Create(Lowest), x));
        var n = Vector512.Round(bounded * Vector512.Create(1.44269504f));
        var r = Vector512.FusedMultiplyAdd(n, Vector512.Create(-0.693359375f), bounded);
        r = Vector512.FusedMultiplyAdd(n, Vector512.Create(2.12194440e-4f), r);
        var p = Vector512.Create(1.9875691500e-4f);
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Vector512.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Vector512.FusedMultiplyAdd(p, r * r, r + Vector512<float>.One);
        var power = (Vector512.ConvertToInt32(n) + Vector512.Create(127)) << 23;
        return Vector512.ConditionalSelect(Vector512.LessThan(x, Vector512.Create(Lowest)), Vector512<float>.Zero, p * power.AsSingle());
    }
}
