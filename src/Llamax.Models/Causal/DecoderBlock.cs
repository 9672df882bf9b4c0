using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// B batch, S length, H hidden, N heads, K key/value heads, D head size

/// <summary>One layer: attention and SwiGLU, each behind a norm and added to the residual stream.</summary>
internal sealed class DecoderBlock : IDisposable
{
    private readonly CausalConfig _config;
    private readonly Tensor _attentionNorm;
    private readonly Projection _queryKeyValue;
    private readonly Projection _output;
    private readonly Tensor _mlpNorm;
    private readonly Projection _gateUp;
    private readonly Projection _down;

    /// <param name="config">The model's shape.</param>
    /// <param name="weights">The layer's weights by their names inside the layer.</param>
    public DecoderBlock(CausalConfig config, LayerWeights weights)
    {
        _config = config;
        _attentionNorm = weights[CausalTensorNames.AttentionNorm];
        _queryKeyValue = weights.Projection(
            (CausalTensorNames.Query, CausalTensorNames.QueryBias),
            (CausalTensorNames.Key, CausalTensorNames.KeyBias),
            (CausalTensorNames.Value, CausalTensorNames.ValueBias));
        _output = weights.Projection((CausalTensorNames.AttentionOutput, CausalTensorNames.AttentionOutputBias));
        _mlpNorm = weights[CausalTensorNames.MlpNorm];
        _gateUp = weights.Projection((CausalTensorNames.Gate, null), (CausalTensorNames.Up, null));
        _down = weights.Projection((CausalTensorNames.Down, null));
    }

    /// <summary>A whole sequence at once.</summary>
    /// <param name="hidden">[B, S, H].</param>
    /// <param name="cosine">[B or 1, S, 1, D] from the rotary table.</param>
    /// <param name="sine">As <paramref name="cosine"/>.</param>
    /// <param name="visible">Bool, broadcast to [B, N, S, all]; null = causal.</param>
    /// <param name="keep">
    /// Told keys and values [B, S, K, D] for what follows, and says what to attend to [B, all, K, D]; null = nothing follows.
    /// </param>
    /// <returns>[B, S, H].</returns>
    public Tensor Forward(
        Tensor hidden, Tensor cosine, Tensor sine, Tensor? visible, Func<Tensor, Tensor, (Tensor Keys, Tensor Values)>? keep)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = Heads(hidden, cosine, sine);
        if (keep is not null)
            (key, value) = keep(key, value);
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
        return Finish(hidden, mixed.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        foreach (var projection in new[] { _queryKeyValue, _output, _gateUp, _down })
            projection.Dispose();
    }

    private Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? visible) => _config.Heads == _config.KeyValueHeads
        ? nn.functional.scaled_dot_product_attention(query, key, value, visible, 0, visible is null)
        : JitOps.GroupedAttention(query, key, value, visible);

    // Query [B, S, N, D], key and value [B, S, K, D]; query and key turned.
    private (Tensor Query, Tensor Key, Tensor Value) Heads(Tensor hidden, Tensor cosine, Tensor sine)
    {
        var (batch, length) = (hidden.shape[0], hidden.shape[1]);
        var normed = JitOps.RmsNorm(hidden, _attentionNorm, _config.NormEpsilon);
        var parts = _queryKeyValue.Apply(normed);
        Tensor Split(int part) => parts[part].view(batch, length, -1, _config.HeadSize);
        return (RotaryTable.Turn(Split(0), cosine, sine), RotaryTable.Turn(Split(1), cosine, sine), Split(2));
    }

    // The rest of the layer after attention has mixed [B, S, N · D].
    private Tensor Finish(Tensor hidden, Tensor mixed)
    {
        var attended = hidden + _output.Apply(mixed)[0];
        var parts = _gateUp.Apply(JitOps.RmsNorm(attended, _mlpNorm, _config.NormEpsilon));
        return attended + _down.Apply(RowOps.SwiGlu(parts[0], parts[1]))[0];
    }
}
