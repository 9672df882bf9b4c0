using Llamax.Models.Causal;
using Llamax.Models.Layers;
using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.EncoderDecoder;

// B batch, T target length, S source length, R live rows, H hidden, N heads, D head size

/// <summary>One layer of the decoder: attention to what is said, attention to the source, feed-forward; each behind its norm.</summary>
internal sealed class CrossAttentionBlock
{
    private readonly MultiHeadAttention _self;
    private readonly Norm _selfNorm;
    private readonly MultiHeadAttention _cross;
    private readonly Norm _crossNorm;
    private readonly FeedForward _mlp;
    private readonly Norm _mlpNorm;

    /// <param name="shape">Of the layer.</param>
    /// <param name="weight">The layer's tensor by its name inside the layer; null where the model has none.</param>
    public CrossAttentionBlock(BlockShape shape, Func<string, Tensor?> weight)
    {
        (_self, _selfNorm) = (shape.SelfAttention(weight), shape.NormOf(shape.Names.SelfNorm, weight));
        (_cross, _crossNorm) = (shape.CrossAttention(weight), shape.NormOf(shape.Names.CrossNorm!, weight));
        (_mlp, _mlpNorm) = (shape.FeedForward(weight), shape.NormOf(shape.Names.MlpNorm, weight));
    }

    /// <summary>A whole target at once.</summary>
    /// <param name="hidden">[B, T, H].</param>
    /// <param name="memory">[B, S, H] the encoder's output.</param>
    /// <param name="selfBias">Added to the scores, broadcast to [B, N, T, T]; −∞ hides.</param>
    /// <param name="memoryBias">As <paramref name="selfBias"/>, [B, N, T, S].</param>
    /// <returns>[B, T, H].</returns>
    public Tensor Forward(Tensor hidden, Tensor memory, Tensor selfBias, Tensor memoryBias)
    {
        using var scope = NewDisposeScope();
        var normed = _selfNorm.Apply(hidden);
        var said = hidden.Plus(_self.Apply(normed, normed, selfBias));
        var read = said.Plus(_cross.Apply(_crossNorm.Apply(said), memory, memoryBias));
        return read.Plus(_mlp.Apply(_mlpNorm.Apply(read))).MoveToOuterDisposeScope();
    }

    /// <summary>Keeps the keys and values of the sources, which every step then attends to.</summary>
    /// <param name="memory">[B, S, H].</param>
    /// <param name="cache">What this layer remembers.</param>
    public void Keep(Tensor memory, LayerCache cache)
    {
        using var scope = NewDisposeScope();
        var (keys, values) = _cross.KeysAndValues(memory);
        cache.Keep(keys, values);
    }

    /// <summary>One more token of every live row.</summary>
    /// <param name="hidden">[R, 1, H].</param>
    /// <param name="cache">What this layer remembers: the sources as prompts, the target as new tokens.</param>
    /// <param name="plan">How the rows lie.</param>
    /// <param name="bias">[1, N, 1, steps] added to the scores of what is said; null = nothing.</param>
    /// <returns>[R, 1, H].</returns>
    public Tensor Step(Tensor hidden, LayerCache cache, StepPlan plan, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var normed = _selfNorm.Apply(hidden);
        var (key, value) = _self.KeysAndValues(normed);
        var mixed = cache.AttendToNew(_self.Queries(normed).squeeze(1), key.squeeze(1), value.squeeze(1), plan, _self.Scale, bias);
        var said = hidden.Plus(_self.Output(mixed.unsqueeze(1).unsqueeze(1)));
        var seen = cache.AttendToPrompt(_cross.Queries(_crossNorm.Apply(said)).squeeze(1), plan, _cross.Scale);
        var read = said.Plus(_cross.Output(seen.unsqueeze(1).unsqueeze(1)));
        return read.Plus(_mlp.Apply(_mlpNorm.Apply(read))).MoveToOuterDisposeScope();
    }
}
