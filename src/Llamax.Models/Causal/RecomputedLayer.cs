using Llamax.Models.Layers;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

/// <summary>A layer that keeps its input alone for the backward pass and runs forward a second time then; the gradients are the same.</summary>
internal sealed class RecomputedLayer : autograd.SingleTensorFunction<RecomputedLayer>
{
    private const string Layer = "layer";

    public override string Name => nameof(RecomputedLayer);

    /// <summary>What <see cref="DecoderBlock.Forward"/> gives without a cache.</summary>
    /// <param name="layer">Called twice; its parameters get their gradients even where its input needs none.</param>
    /// <param name="hidden">[B, S, H].</param>
    /// <param name="rotation">As for the layer; the graph keeps its tensors until the backward pass.</param>
    /// <param name="visible">As <paramref name="rotation"/>; null = causal.</param>
    /// <returns>[B, S, H].</returns>
    public static Tensor Apply(DecoderBlock layer, Tensor hidden, Rotation? rotation, Tensor? visible)
    {
        Tensor Again(List<Tensor> tensors) => layer.Forward(
            tensors[0], rotation is { } turn ? new(tensors[1], tensors[2], turn.InPairs) : null, visible is null ? null : tensors[^1]);
        var input = hidden.requires_grad ? hidden : hidden.detach().requires_grad_(true);
        object[] turns = rotation is { } both ? [both.Cosine, both.Sine] : [];
        object[] mask = visible is null ? [] : [visible];
        return apply([(Func<List<Tensor>, Tensor>)Again, input, .. turns, .. mask]);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        // As in the backward pass: inference may use other kernels, which round otherwise. The graph goes with the scope.
        using var scope = NewDisposeScope();
        using var tracked = enable_grad();
        var tensors = vars.Skip(1).Cast<Tensor>().ToList();
        ctx.save_for_backward(tensors);
        ctx.save_data(Layer, vars[0]);
        return ((Func<List<Tensor>, Tensor>)vars[0])(tensors).detach().MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var tracked = enable_grad();
        var saved = ctx.get_saved_variables();
        var hidden = saved[0].detach().requires_grad_(true);
        var layer = (Func<List<Tensor>, Tensor>)ctx.get_data(Layer);
        autograd.backward([layer([hidden, .. saved.Skip(1)])], [grad_output]);
        return [null!, hidden.grad!.MoveToOuterDisposeScope(), .. saved.Skip(1).Select(_ => (Tensor)null!)];
    }
}
