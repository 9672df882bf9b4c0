using Llamax.Models.Causal;
using static TorchSharp.torch;

namespace Llamax.Training.Optimizers;

/// <summary>The gradients of all parameters of a model in one buffer, laid out as its weights are.</summary>
internal sealed class FlatGradient : IDisposable
{
    /// <summary>Ties the gradient of every parameter of <paramref name="model"/> to the buffer; it starts at zero.</summary>
    public FlatGradient(CausalModel model)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Values = zeros_like(model.FlatParameters).DetachFromDisposeScope();
        foreach (var parameter in model.Parameters)
        {
            parameter.Value.requires_grad = true;
            parameter.Value.grad = Values.narrow(0, parameter.Offset, parameter.Length).view(parameter.Value.shape);
        }
    }

    /// <summary>[n] in the model's dtype.</summary>
    public Tensor Values { get; }

    public void Dispose() => Values.Dispose();
}
