using Llamax.Models.Causal;
using static TorchSharp.torch;

namespace Llamax.Training.Optimizers;

/// <summary>The gradients of all trained parameters of a model in one buffer.</summary>
internal sealed class FlatGradient : IDisposable
{
    /// <summary>Ties the gradient of every trained parameter to the buffer, which starts at zero; the others are frozen.</summary>
    public FlatGradient(CausalModel model, TrainedSpace space)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        Values = zeros([space.Length], model.DType, model.Device).DetachFromDisposeScope();
        foreach (var parameter in model.Parameters)
            parameter.Value.requires_grad = false;
        foreach (var parameter in model.TrainableParameters)
        {
            parameter.Value.requires_grad = space.Holds(parameter);
            if (parameter.Value.requires_grad)
                parameter.Value.grad = Values.narrow(0, space.StartOf(parameter), parameter.Length).view(parameter.Value.shape);
        }
    }

    /// <summary>[n] in the model's dtype, in the order of the space.</summary>
    public Tensor Values { get; }

    public void Dispose() => Values.Dispose();
}
