using Llamax.Models.Causal;
using static TorchSharp.torch;

namespace Llamax.Models.Tests;

/// <summary>Checks of gradients that hold for every model over one flat buffer.</summary>
internal static class FiniteDifferences
{
    /// <summary>Ties gradients to a flat buffer and returns it.</summary>
    public static Tensor Gather(Tensor flat, IReadOnlyList<ModelParameter> parameters)
    {
        var gradient = zeros_like(flat);
        foreach (var parameter in parameters)
        {
            parameter.Value.requires_grad_(true);
            parameter.Value.grad = gradient.narrow(0, parameter.Offset, parameter.Length).view(parameter.Value.shape);
        }

        return gradient;
    }

    /// <summary>Compares two elements of every tensor of a model in double precision.</summary>
    public static void AssertGradients(Tensor flat, IReadOnlyList<ModelParameter> parameters, Func<Tensor> loss)
    {
        var gradient = Gather(flat, parameters);
        loss().backward();
        using var quiet = no_grad();
        foreach (var parameter in parameters)
        {
            foreach (var offset in new[] { parameter.Length / 3, parameter.Length - 1 })
            {
                using var scope = NewDisposeScope();
                var element = flat.narrow(0, parameter.Offset + offset, 1);
                element.add_(1e-5);
                var above = loss().item<double>();
                element.sub_(2e-5);
                var difference = (above - loss().item<double>()) / 2e-5;
                element.add_(1e-5);
                var computed = gradient[parameter.Offset + offset].item<double>();
                Assert.True(
                    Math.Abs(difference - computed) <= 1e-5 * (1 + Math.Abs(computed)),
                    $"{parameter.Name}[{offset}]: {computed}, not {difference}");
            }
        }
    }

    /// <summary>Every tensor gets a gradient, and a step against it lowers the loss.</summary>
    public static void AssertLearns(Tensor flat, IReadOnlyList<ModelParameter> parameters, Func<Tensor> loss)
    {
        var gradient = Gather(flat, parameters);
        var before = loss();
        before.backward();
        Assert.All(parameters, parameter => Assert.True(
            gradient.narrow(0, parameter.Offset, parameter.Length).ne(0).any().item<bool>() || IsKeyBias(parameter.Name), parameter.Name));
        using var quiet = no_grad();
        flat.sub_(gradient * 0.1);
        Assert.True(loss().item<float>() < before.item<float>());
    }

    // A bias of the keys adds the same to all scores of a query without rotary turns: softmax takes it out again.
    private static bool IsKeyBias(string name) => name.EndsWith("k_proj.bias", StringComparison.Ordinal)
        || name.EndsWith("key.bias", StringComparison.Ordinal);
}
