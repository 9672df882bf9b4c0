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
    /// <param name="cosine">As for the layer; the graph keeps it until the backward pass.</param>
    /// <param name="sine">As <paramref name="cosine"/>.</param>
    /// <param name="visible">As <paramref name="cosine"/>; null = causal.</param>
    /// <returns>[B, S, H].</returns>
    public static Tensor Apply(DecoderBlock layer, Tensor hidden, Tensor cosine, Tensor sine, Tensor? visible)
    {
        var input = hidden.requires_grad ? hidden : hidden.detach().requires_grad_(true);
        return visible is null ? apply(layer, input, cosine, sine) : apply(layer, input, cosine, sine, visible);
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var tensors = vars.Skip(1).Cast<Tensor>().ToList();
        ctx.save_for_backward(tensors);
        ctx.save_data(Layer, vars[0]);
        return Run((DecoderBlock)vars[0], tensors[0], tensors).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var tracked = enable_grad();
        var saved = ctx.get_saved_variables();
        var hidden = saved[0].detach().requires_grad_(true);
        autograd.backward([Run((DecoderBlock)ctx.get_data(Layer), hidden, saved)], [grad_output]);
        return [null!, hidden.grad!.MoveToOuterDisposeScope(), .. saved.Skip(1).Select(_ => (Tensor)null!)];
    }

    private static Tensor Run(DecoderBlock layer, Tensor hidden, List<Tensor> tensors) =>
        layer.Forward(hidden, tensors[1], tensors[2], tensors.ElementAtOrDefault(3), null);
}
