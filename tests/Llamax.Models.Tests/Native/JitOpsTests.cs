using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Native;

public sealed class JitOpsTests
{
    [Fact]
    public void Fused_AdamW_equals_the_formula_over_several_steps()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var value = empty(130).normal_(0, 1, generator);
        var (expected, first, second) = (value.clone(), zeros(130), zeros(130));
        var (fusedFirst, fusedSecond, step) = (zeros(130), zeros(130), zeros([]));
        for (var n = 1; n <= 3; n++)
        {
            var gradient = empty(130).normal_(0, 1, generator);
            step.add_(1);
            JitOps.FusedAdamW([value], [gradient], [fusedFirst], [fusedSecond], [step], 0.01, 0.9, 0.95, 0.1, 1e-8);
            first = (first * 0.9) + (gradient * 0.1);
            second = (second * 0.95) + (gradient * gradient * 0.05);
            var direction = first / (1 - Math.Pow(0.9, n)) / ((second / (1 - Math.Pow(0.95, n))).sqrt() + 1e-8);
            expected = (expected * (1 - (0.01 * 0.1))) - (direction * 0.01);
        }

        Assert.InRange((value - expected).abs().max().item<float>(), 0, 2e-6);
        Assert.InRange((fusedSecond - second).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void Embedding_picks_rows_and_sums_their_gradients()
    {
        using var scope = NewDisposeScope();
        var weight = arange(6, ScalarType.Float32).reshape(3, 2).requires_grad_(true);
        var picked = JitOps.Embedding(weight, tensor(new long[] { 2, 0, 2 }));
        Assert.Equal([4f, 5f, 0f, 1f, 4f, 5f], picked.data<float>().ToArray());
        picked.sum().backward();
        Assert.Equal([1f, 1f, 0f, 0f, 2f, 2f], weight.grad!.data<float>().ToArray());
    }

    [Fact]
    public void Rms_norm_equals_the_formula()
    {
        using var scope = NewDisposeScope();
        var (x, weight) = (arange(1, 9, ScalarType.Float64).reshape(2, 4), tensor(new[] { 1.0, 2, 3, 4 }));
        var expected = x / ((x * x).mean([-1], keepdim: true) + 1e-5).sqrt() * weight;
        Assert.InRange((JitOps.RmsNorm(x, weight, 1e-5) - expected).abs().max().item<double>(), 0, 1e-12);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Grouped_attention_equals_attention_over_repeated_heads(bool causal)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(2, CPU);
        Tensor Draw(long heads) => empty(2, heads, 5, 8).normal_(0, 1, generator);
        var (query, key, value) = (Draw(6), Draw(2), Draw(2));
        var mask = ones(5, 5, ScalarType.Bool).tril().expand(2, 1, 5, 5);
        var expected = nn.functional.scaled_dot_product_attention(
            query, key.repeat_interleave(3, 1), value.repeat_interleave(3, 1), mask);
        var computed = JitOps.GroupedAttention(query, key, value, causal ? null : mask);
        Assert.InRange((computed - expected).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void Biased_attention_equals_the_formula()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(3, CPU);
        Tensor Draw(params long[] shape) => empty(shape).normal_(0, 1, generator);
        var (query, key, value, bias) = (Draw(2, 3, 4, 8), Draw(2, 3, 5, 8), Draw(2, 3, 5, 8), Draw(1, 3, 4, 5));
        bias[.., .., .., 2] = float.NegativeInfinity;
        var scores = (matmul(query, key.transpose(-1, -2)) * 0.7) + bias;
        var computed = JitOps.BiasedAttention(query, key, value, bias, 0.7);
        Assert.InRange((computed - matmul(scores.softmax(-1), value)).abs().max().item<float>(), 0, 2e-6);
    }

    [Fact]
    public void Gelu_with_tanh_equals_the_formula()
    {
        using var scope = NewDisposeScope();
        var x = linspace(-4, 4, 33, ScalarType.Float64);
        var expected = x * 0.5 * (((x + (x.pow(3) * 0.044715)) * Math.Sqrt(2 / Math.PI)).tanh() + 1);
        Assert.InRange((JitOps.GeluTanh(x) - expected).abs().max().item<double>(), 0, 1e-12);
    }
}
