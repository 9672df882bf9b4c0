using System.Runtime.Intrinsics;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Native;

/// <summary>Every kernel against libtorch's operations.</summary>
public sealed class KernelTests
{
    private static Tensor Random(params long[] shape)
    {
        using var generator = new Generator(new Draws(3, $"kernel {string.Join(' ', shape)}").Bits(0), CPU);
        return empty(shape, ScalarType.Float32).normal_(0, 1, generator);
    }

    private static void AssertClose(Tensor expected, Tensor computed, double tolerance)
    {
        Assert.Equal(expected.shape, computed.shape);
        Assert.InRange((expected - computed).abs().max().item<float>(), 0, tolerance);
    }

    [Theory]
    [InlineData(1, 48, 40)]
    [InlineData(2, 32, 17)]
    [InlineData(3, 16, 8)]
    [InlineData(7, 64, 33)]
    [InlineData(70, 128, 65)]
    public void Products_of_few_rows_and_their_bias(int rows, int inputs, int outputs)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (x, w, b) = (Random(rows, 1, inputs), Random(outputs, inputs), Random(outputs));
        Assert.SkipUnless(RowProducts.Handles(x, w), "this processor has no 512-bit registers");
        AssertClose(nn.functional.linear(x, w, b), RowProducts.Apply(x, w, b), 1e-4);
        AssertClose(nn.functional.linear(x, w), RowProducts.Apply(x, w, null), 1e-4);
        var together = RowProducts.Apply(x, w, null);
        for (var row = 0; row < rows; row++)
        {
            var alone = RowProducts.Apply(x.narrow(0, row, 1), w, null);
            Assert.Equal(alone.reshape(-1).data<float>().ToArray(), together[row].reshape(-1).data<float>().ToArray());
        }
    }

    [Fact]
    public void Gradients_and_other_types_are_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        var (x, w) = (Random(2, 16), Random(8, 16));
        Assert.False(RowProducts.Handles(x, w));
        Assert.False(RowOps.Handles(x));
        using var quiet = no_grad();
        Assert.Equal(Vector512.IsHardwareAccelerated, RowProducts.Handles(x, w));
        Assert.False(RowProducts.Handles(x.to(ScalarType.BFloat16), w.to(ScalarType.BFloat16)));
        Assert.False(RowProducts.Handles(x, w.t()));
        Assert.False(RowProducts.Handles(x[.., ..15], w[.., ..15]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Norms_sums_activations_and_turns(int rows)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var (x, y, weight) = (Random(rows, 1, 48), Random(1, rows, 48).reshape(rows, 1, 48), Random(48));
        Assert.SkipUnless(RowOps.Handles(x), "this processor has no 512-bit registers");
        AssertClose(x * (x.square().mean([-1], true) + 1e-5).rsqrt() * weight, RowOps.RmsNorm(x, weight, 1e-5), 1e-5);
        AssertClose(x.add(y), RowOps.Add(x, y), 0);
        AssertClose(nn.functional.silu(x * 20).mul(y), RowOps.SwiGlu(x * 20, y), 1e-4);
        var wide = Random(rows, 1, 96);
        var (gate, up) = (wide[.., .., ..48], wide[.., .., 48..]);
        AssertClose(nn.functional.silu(gate).mul(up), RowOps.SwiGlu(gate, up), 1e-5);

        var heads = Random(rows, 3, 2, 64)[.., .., .., ..32];   // cut from wider rows
        foreach (var batch in new[] { 1, rows })
        {
            var (cosine, sine) = (Random(batch, 3, 1, 32), Random(batch, 3, 1, 32));
            AssertClose((heads * cosine).add(heads.roll(16, -1).mul(sine)), RowOps.TurnHalves(heads, cosine, sine), 1e-5);
        }
    }

    [Fact]
    public void The_exponential_is_exact_to_two_units_and_zero_far_below()
    {
        for (var first = -100f; first < 88; first += 0.37f)
        {
            var x = Vector512.Create(first) + Vector512.CreateSequence(0f, 0.021f);
            var result = Exponential.Of(x);
            for (var i = 0; i < Vector512<float>.Count; i++)
            {
                var exact = x[i] < -87.33654f ? 0 : Math.Exp(x[i]);
                if (x[i] <= 88.3f)
                    Assert.InRange(result[i], exact * (1 - 2.4e-7), exact * (1 + 2.4e-7));
            }
        }

        Assert.Equal(Vector512<float>.Zero, Exponential.Of(Vector512.Create(float.NegativeInfinity)));
        Assert.True(float.IsFinite(Exponential.Of(Vector512.Create(float.PositiveInfinity))[0]));
        Assert.True(float.IsNaN(Exponential.Of(Vector512.Create(float.NaN))[0]));
    }
}
