using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Native;

/// <summary>
/// Sums, products and fills in which a number takes part. TorchSharp wraps it in a native scalar (the factor 1 of a plain sum too) and hands
/// over its address; nothing else holds the wrapper, and a collection on another thread may free it before libtorch reads it. Here it is
/// held until the call returns.
/// </summary>
internal static class TensorArithmetic
{
    private static readonly Scalar One = 1;
    private static readonly Scalar MinusOne = -1;
    private static readonly Scalar NegativeInfinity = double.NegativeInfinity;

    public static Tensor Plus(this Tensor x, Tensor y) => x.add(y, One);

    public static Tensor Plus(this Tensor x, long number)
    {
        using Scalar held = number;
        return x.add(held, One);
    }

    public static Tensor Minus(this Tensor x, Tensor y) => x.add(y, MinusOne);

    public static Tensor Times(this Tensor x, double factor)
    {
        using Scalar held = factor;
        return x.mul(held);
    }

    public static Tensor Over(this Tensor x, double divisor)
    {
        using Scalar held = divisor;
        return x.div(held);
    }

    /// <summary>x += y.</summary>
    public static void Grow(this Tensor x, Tensor y) => x.add_(y, One);

    /// <summary>x += number.</summary>
    public static void Grow(this Tensor x, double number)
    {
        using Scalar held = number;
        x.add_(held, One);
    }

    /// <summary>x −= y; returns x.</summary>
    public static Tensor Shrink(this Tensor x, Tensor y) => x.add_(y, MinusOne);

    /// <summary>x *= factor; returns x.</summary>
    public static Tensor Scale(this Tensor x, double factor)
    {
        using Scalar held = factor;
        return x.mul_(held);
    }

    /// <summary>Every element becomes the number.</summary>
    public static void Fill(this Tensor x, double number)
    {
        using Scalar held = number;
        x.fill_(held);
    }

    /// <summary>x += y · z; returns x.</summary>
    public static Tensor GrowByProduct(this Tensor x, Tensor y, Tensor z) => x.addcmul_(y, z, One);

    /// <summary>−∞ where <paramref name="hidden"/> is true.</summary>
    public static Tensor Hide(this Tensor scores, Tensor hidden) => scores.masked_fill(hidden, NegativeInfinity);

    /// <summary>The whole numbers from <paramref name="first"/> up to and without <paramref name="end"/>, int64 where no type is named.</summary>
    public static Tensor Range(long first, long end, ScalarType type = ScalarType.Int64, Device? device = null)
    {
        using Scalar start = first, stop = end;
        return arange(start, stop, One, type, device);
    }

    /// <summary>A new tensor of one number in float32.</summary>
    public static Tensor Filled(long[] shape, float number, Device device)
    {
        using Scalar held = number;
        return full(shape, held, ScalarType.Float32, device);
    }
}
