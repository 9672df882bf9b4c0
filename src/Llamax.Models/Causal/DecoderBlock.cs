using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// B batch, S length, H hidden, N heads, K key/value heads, D head size

/// <summary>One layer: attention and SwiGLU, each behind a norm and added to the residual stream.</summary>
internal sealed class DecoderBlock
{
    private readonly CausalConfig _config;
    private readonly Tensor _attentionNorm;
    private readonly Tensor _query;
    private readonly Tensor _key;
    private readonly Tensor _value;
    private readonly Tensor? _queryBias;
    private readonly Tensor? _keyBias;
    private readonly Tensor? _valueBias;
    private readonly Tensor _output;
    private readonly Tensor? _outputBias;
    private readonly Tensor _mlpNorm;
    private readonly Tensor _gate;
    private readonly Tensor _up;
    private readonly Tensor _down;

    /// <param name="config">The model's shape.</param>
    /// <param name="weight">The layer's weight by its name inside the layer; null where the model has none.</param>
    public DecoderBlock(CausalConfig config, Func<string, Tensor?> weight)
    {
        _config = config;
        _attentionNorm = weight(CausalTensorNames.AttentionNorm)!;
        (_query, _queryBias) = (weight(CausalTensorNames.Query)!, weight(CausalTensorNames.QueryBias));
        (_key, _keyBias) = (weight(CausalTensorNames.Key)!, weight(CausalTensorNames.KeyBias));
        (_value, _valueBias) = (weight(CausalTensorNames.Value)!, weight(CausalTensorNames.ValueBias));
        (_output, _outputBias) = (weight(CausalTensorNames.AttentionOutput)!, weight(CausalTensorNames.AttentionOutputBias));
        _mlpNorm = weight(CausalTensorNames.MlpNorm)!;
        _gate = weight(CausalTensorNames.Gate)!;
        _up = weight(CausalTensorNames.Up)!;
        _down = weight(CausalTensorNames.Down)!;
    }

    /// <summary>A whole sequence at once.</summary>
    /// <param name="hidden">[B, S, H].</param>
    /// <param name="cosine">[B or 1, S, 1, D] from the rotary table.</param>
    /// <param name="sine">As <paramref name="cosine"/>.</param>
    /// <param name="visible">Bool, broadcast to [B, N, S, S]; null = causal.</param>
    /// <param name="cache">Keeps keys and values for the steps that follow; null = nothing follows.</param>
    /// <returns>[B, S, H].</returns>
    public Tensor Forward(Tensor hidden, Tensor cosine, Tensor sine, Tensor? visible, LayerCache? cache)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = Heads(hidden, cosine, sine);
        cache?.Keep(key, value);
        var mixed = Attend(query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2), visible);
        return Finish(hidden, mixed.transpose(1, 2).flatten(2)).MoveToOuterDisposeScope();
    }

    /// <summary>One more token of every live row.</summary>
    /// <param name="hidden">[R, 1, H].</param>
    /// <param name="cosine">[R, 1, 1, D] from the rotary table.</param>
    /// <param name="sine">As <paramref name="cosine"/>.</param>
    /// <param name="cache">What this layer remembers.</param>
    /// <param name="plan">How the rows lie.</param>
    /// <returns>[R, 1, H].</returns>
    public Tensor Step(Tensor hidden, Tensor cosine, Tensor sine, LayerCache cache, StepPlan plan)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = Heads(hidden, cosine, sine);
        var mixed = cache.Attend(query.squeeze(1), key.squeeze(1), value.squeeze(1), plan);
        return Finish(hidden, mixed.flatten(1).unsqueeze(1)).MoveToOuterDisposeScope();
    }

    private Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? visible) => _config.Heads == _config.KeyValueHeads
        ? nn.functional.scaled_dot_product_attention(query, key, value, visible, 0, visible is null)
        : JitOps.GroupedAttention(query, key, value, visible);

    // Query [B, S, N, D], key and value [B, S, K, D]; query and key turned.
    private (Tensor Query, Tensor Key, Tensor Value) Heads(Tensor hidden, Tensor cosine, Tensor sine)
    {
        var (batch, length) = (hidden.shape[0], hidden.shape[1]);
        var normed = JitOps.RmsNorm(hidden, _attentionNorm, _config.NormEpsilon);
        Tensor Split(Tensor weight, Tensor? bias) => nn.functional.linear(normed, weight, bias).view(batch, length, -1, _config.HeadSize);
        return (RotaryTable.Turn(Split(_query, _queryBias), cosine, sine), RotaryTable.Turn(Split(_key, _keyBias), cosine, sine),
            Split(_value, _valueBias));
    }

    // The rest of the layer after attention has mixed [B, S, N · D].
    private Tensor Finish(Tensor hidden, Tensor mixed)
    {
        var attended = hidden + nn.functional.linear(mixed, _output, _outputBias);
        var normed = JitOps.RmsNorm(attended, _mlpNorm, _config.NormEpsilon);
        var wide = nn.functional.silu(nn.functional.linear(normed, _gate)) * nn.functional.linear(normed, _up);
        return attended + nn.functional.linear(wide, _down);
    }
}
