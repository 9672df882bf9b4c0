using Llamax.Models.Adapters;
using Llamax.Models.Layers;
using Llamax.Models.Native;
using Llamax.Models.Quantization;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// B batch, S length, H hidden, N heads, K key/value heads, D head size

/// <summary>
/// One layer: attention and a feed-forward network, added to the residual stream one after the other, each behind a norm of its own,
/// or (Cohere) side by side behind one.
/// </summary>
internal sealed class DecoderBlock
{
    private readonly CausalConfig _config;
    private readonly Norm _attentionNorm;
    private readonly Projection[] _queryKeyValue;
    private readonly Projection _output;
    private readonly Norm? _mlpNorm;
    private readonly FeedForward _mlp;

    /// <param name="config">The model's shape.</param>
    /// <param name="weight">The layer's tensor by its name inside the layer; null where the model has none.</param>
    /// <param name="update">What an adapter adds to a projection by its name inside the layer; null = nothing.</param>
    /// <param name="rounded">A projection's weight in eight bits by its name inside the layer; null = it is no rounded one.</param>
    public DecoderBlock(
        CausalConfig config, Func<string, Tensor?> weight, Func<string, LowRankUpdate?> update, Func<string, Int8Matrix?> rounded)
    {
        _config = config;
        var family = config.Family;
        var names = family.Tensors;
        Projection Project(string name) => new(
            weight($"{name}.weight"), weight($"{name}.bias"), family.IsTransposed, update(name), rounded($"{name}.weight"));
        Norm Normalize(string name) => new(family.Norm, weight($"{name}.weight")!, weight($"{name}.bias"), config.NormEpsilon);
        _attentionNorm = Normalize(names.AttentionNorm);
        _queryKeyValue = [.. names.QueryKeyValue.Select(Project)];
        _output = Project(names.AttentionOutput);
        _mlpNorm = names.MlpNorm is { } norm ? Normalize(norm) : null;
        _mlp = new(
            Project(names.Up), names.Gate is { } gate ? Project(gate) : null, Project(names.Down), config.Activation);
    }

    /// <summary>A whole sequence at once.</summary>
    /// <param name="hidden">[B, S, H].</param>
    /// <param name="rotation">The turns of [B or 1, S] positions; null = the embedding told positions already.</param>
    /// <param name="visible">Bool, broadcast to [B, N, S, all]; null = causal.</param>
    /// <returns>[B, S, H].</returns>
    public Tensor Forward(Tensor hidden, Rotation? rotation, Tensor? visible)
    {
        using var scope = NewDisposeScope();
        var normed = _attentionNorm.Apply(hidden);
        var (query, key, value) = Heads(normed, rotation);
        return Finish(hidden, normed, Attend(query, key, value, visible)).MoveToOuterDisposeScope();
    }

    /// <summary>Prompts, for what follows them.</summary>
    /// <param name="hidden">[1, T, H].</param>
    /// <param name="rotation">The turns of [1, T] positions; null = the embedding told positions already.</param>
    /// <param name="visible">Bool, broadcast to [P, N, L, all]; null = causal.</param>
    /// <param name="keep">Told keys and values [P, L, K, D], says what to attend to [P, all, K, D].</param>
    /// <param name="prompts">How the tokens lie.</param>
    /// <param name="endsAlone">Only the last token of every prompt is wanted.</param>
    /// <returns>[1, T, H], or [1, P, H] of the ends alone.</returns>
    public Tensor Read(
        Tensor hidden, Rotation? rotation, Tensor? visible, Func<Tensor, Tensor, (Tensor Keys, Tensor Values)> keep, PackedPrompts prompts,
        bool endsAlone)
    {
        using var scope = NewDisposeScope();
        var normed = _attentionNorm.Apply(hidden);
        var (query, key, value) = Heads(normed, rotation);
        var (keys, values) = keep(prompts.Pad(key), prompts.Pad(value));
        var mixed = prompts.Pack(Attend(prompts.Pad(query), keys, values, visible));
        if (endsAlone)
            (hidden, normed, mixed) = (prompts.Ends(hidden), prompts.Ends(normed), prompts.Ends(mixed));
        return Finish(hidden, normed, mixed).MoveToOuterDisposeScope();
    }

    /// <summary>One more token of every live row.</summary>
    /// <param name="hidden">[R, 1, H].</param>
    /// <param name="rotation">The turns of [R, 1] positions; null = the embedding told positions already.</param>
    /// <param name="cache">What this layer remembers.</param>
    /// <param name="plan">How the rows lie.</param>
    /// <returns>[R, 1, H].</returns>
    public Tensor Step(Tensor hidden, Rotation? rotation, LayerCache cache, StepPlan plan)
    {
        using var scope = NewDisposeScope();
        var normed = _attentionNorm.Apply(hidden);
        var (query, key, value) = Heads(normed, rotation);
        var mixed = cache.Attend(query.squeeze(1), key.squeeze(1), value.squeeze(1), plan);
        return Finish(hidden, normed, mixed.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    // [B, S, N, D] over [B, all, K, D]: [B, S, N · D].
    private Tensor Attend(Tensor query, Tensor key, Tensor value, Tensor? visible)
    {
        var (queries, keys, values) = (query.transpose(1, 2), key.transpose(1, 2), value.transpose(1, 2));
        var mixed = _config.Heads == _config.KeyValueHeads
            ? nn.functional.scaled_dot_product_attention(queries, keys, values, visible, 0, visible is null)
            : JitOps.GroupedAttention(queries, keys, values, visible);
        return mixed.transpose(1, 2).flatten(2);
    }

    // Query [B, S, N, D], key and value [B, S, K, D]; query and key turned.
    private (Tensor Query, Tensor Key, Tensor Value) Heads(Tensor normed, Rotation? rotation)
    {
        var parts = _queryKeyValue.Length == 1
            ? _queryKeyValue[0].Apply(normed).chunk(3, -1)
            : [.. _queryKeyValue.Select(projection => projection.Apply(normed))];
        Tensor Split(Tensor part) => part.view(normed.shape[0], normed.shape[1], -1, _config.HeadSize);
        Tensor Turn(Tensor heads) => rotation is { } turns ? turns.Turn(heads) : heads;
        return (Turn(Split(parts[0])), Turn(Split(parts[1])), Split(parts[2]));
    }

    // The rest of the layer after attention has mixed [B, S, N · D].
    private Tensor Finish(Tensor hidden, Tensor normed, Tensor mixed)
    {
        var attended = RowOps.Add(hidden, _output.Apply(mixed));
        return RowOps.Add(attended, _mlp.Apply(_mlpNorm is null ? normed : _mlpNorm.Apply(attended)));
    }
}
