using Llamax.Training.Objectives;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Objectives;

public sealed class ChunkedCrossEntropyTests
{
    [Theory]
    [InlineData(1, 8, 50)]
    [InlineData(40, 16, 300)]
    [InlineData(150, 8, 70_000)] // three chunks
    public void Loss_and_gradients_are_those_of_the_plain_formula(int rows, int width, int vocabulary)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(7, CPU);
        var hidden = randn([rows, width], generator: generator).requires_grad_(true);
        var weight = randn([vocabulary, width], generator: generator).requires_grad_(true);
        var targets = randint(0, vocabulary, [rows], dtype: ScalarType.Int64, generator: generator);
        var expected = nn.functional.cross_entropy(hidden.matmul(weight.t()), targets, reduction: nn.Reduction.None);
        (expected.sum() * 0.125f).backward();

        var weightGradient = ones_like(weight);
        var (losses, hiddenGradient) = ChunkedCrossEntropy.Backward(hidden.detach(), weight, weightGradient, targets, 0.125);
        Assert.True(losses.allclose(expected, 1e-5, 1e-5));
        Assert.True(ChunkedCrossEntropy.Losses(hidden, weight, targets).allclose(expected, 1e-5, 1e-5));
        Assert.True(hiddenGradient.allclose(hidden.grad!, 1e-4, 1e-6));
        Assert.True(weightGradient.allclose(weight.grad! + 1, 1e-5, 1e-6));
    }

    [Fact]
    public void A_frozen_weight_gets_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (losses, hiddenGradient) = ChunkedCrossEntropy.Backward(ones(2, 3), ones(4, 3), null, tensor(new long[] { 0, 3 }), 1);
        Assert.Equal(Math.Log(4), losses[0].item<float>(), 5);
        Assert.Equal([2, 3], hiddenGradient.shape);
    }
}
