using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// P prompts, R live rows, K key/value heads, N query heads, C common, L longest own part, T steps, S slots, D head size

/// <summary>What one layer remembers of a batch under decoding.</summary>
/// <param name="isManaged">Whether <see cref="CachedAttention"/> reads it, for which prompts' keys lie in blocks.</param>
internal sealed class LayerCache(bool isManaged) : IDisposable
{
    /// <summary>Keys of a block lie side by side, element by element, so that registers hold the same element of several keys.</summary>
    public const int KeyBlock = 32;

    private const int FirstRoom = 32;

    private Tensor? _newKeys;        // [S, K, room, D], filled up to the current step
    private Tensor? _newValues;

    /// <summary>As <see cref="Own"/>, P = 1; null = nothing in common.</summary>
    public (Tensor Keys, Tensor Values)? Common { get; private set; }

    /// <summary>
    /// Keys [P, K, L / 32 rounded up, D, 32], or [P, K, D, L] for tensor operations; values [P, K, L, D].
    /// </summary>
    public (Tensor Keys, Tensor Values)? Own { get; private set; }

    /// <summary>[S, K, room, D] keys and values of the new tokens, with room for some to come.</summary>
    public (Tensor Keys, Tensor Values) New => (_newKeys!, _newValues!);

    public long Bytes => Size(Common) + Size(Own) + (_newKeys is null ? 0 : Size((_newKeys, _newValues!)));

    /// <summary>Keeps what a forward pass over the common beginning computed.</summary>
    /// <param name="keys">[1, C, K, D], turned.</param>
    /// <param name="values">[1, C, K, D].</param>
    /// <returns>The same.</returns>
    public (Tensor Keys, Tensor Values) KeepCommon(Tensor keys, Tensor values)
    {
        Common = Kept(keys, values);
        return (keys, values);
    }

    /// <summary>Keeps what a forward pass over the rest of the prompts computed.</summary>
    /// <param name="keys">[P, L, K, D], turned.</param>
    /// <param name="values">[P, L, K, D].</param>
    /// <returns>All that the prompts' tokens may attend to: [P, C + L, K, D] keys and values.</returns>
    public (Tensor Keys, Tensor Values) Keep(Tensor keys, Tensor values)
    {
        Own = Kept(keys, values);
        if (Common is not { } common)
            return (keys, values);
        Tensor Before(Tensor tokensKCD) => tokensKCD.transpose(1, 2).expand(keys.shape[0], -1, -1, -1);
        var commonKeys = isManaged ? common.Keys.transpose(3, 4).flatten(2, 3) : common.Keys.transpose(2, 3);
        return (cat([Before(commonKeys.narrow(2, 0, common.Values.shape[2])), keys], 1), cat([Before(common.Values), values], 1));
    }

    /// <summary>
    /// Makes room for one more token of every row. The room doubles when it is full, because answers are allowed to be far longer than
    /// nearly all of them become.
    /// </summary>
    public void Reserve(int rows, int steps, int mostNewTokens, int heads, int headSize)
    {
        var (slots, room) = _newKeys is null ? (0, 0) : (_newKeys.shape[0], _newKeys.shape[2]);
        if (slots >= rows && room > steps)
            return;
        var grown = room > steps ? room : Math.Min(mostNewTokens, Math.Max(FirstRoom, 2 * room));
        long[] shape = [Math.Max(slots, rows), heads, grown, headSize];
        Grow(ref _newKeys, shape, steps);
        Grow(ref _newValues, shape, steps);
    }

    /// <summary>Keeps some prompts, as long as the longest of them.</summary>
    public void SelectPrompts(Tensor index, int longest)
    {
        var (keys, values) = Own!.Value;
        var seen = isManaged ? keys.narrow(2, 0, Blocks(longest)) : keys.narrow(3, 0, longest);
        var selected = (seen.index_select(0, index).DetachFromDisposeScope(),
            values.narrow(2, 0, longest).index_select(0, index).DetachFromDisposeScope());
        Free(Own);
        Own = selected;
    }

    /// <summary>Adds one token to every row and attends to its prompt and to its own new tokens.</summary>
    /// <param name="query">[R, N, D], turned.</param>
    /// <param name="key">[R, K, D], turned.</param>
    /// <param name="value">[R, K, D].</param>
    /// <param name="plan">How the rows lie.</param>
    /// <returns>[R, N · D].</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, StepPlan plan)
    {
        using var scope = NewDisposeScope();
        Write(key, value, plan);
        var scale = 1 / Math.Sqrt(query.shape[2]);
        var mixed = plan.IsManaged ? CachedAttention.Attend(query, this, plan, new(true, true, scale, null))
            : AttendByTensors(query * scale, key.shape[1], plan);
        return mixed.MoveToOuterDisposeScope();
    }

    /// <summary>Attends to the prompt alone: to the source, in an encoder-decoder.</summary>
    /// <param name="query">[R, K, D].</param>
    /// <param name="plan">How the rows lie.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <returns>[R, K · D].</returns>
    public Tensor AttendToPrompt(Tensor query, StepPlan plan, double scale)
    {
        using var scope = NewDisposeScope();
        if (plan.IsManaged)
            return CachedAttention.Attend(query, this, plan, new(true, false, scale, null)).MoveToOuterDisposeScope();
        var (keys, values) = Own!.Value;
        var scores = matmul(plan.Gather((query * scale).unsqueeze(2)), keys);
        if (plan.HiddenInOwn is { } hidden)
            scores = scores.masked_fill(hidden, double.NegativeInfinity);
        var weights = nn.functional.softmax(scores, -1, ScalarType.Float32).to(query.dtype);
        return plan.Scatter(matmul(weights, values), 1).flatten(1).MoveToOuterDisposeScope();
    }

    /// <summary>Adds one token to every row and attends to its new tokens alone.</summary>
    /// <param name="query">[R, K, D].</param>
    /// <param name="key">[R, K, D].</param>
    /// <param name="value">[R, K, D].</param>
    /// <param name="plan">How the rows lie.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="bias">[1, K, 1, T] added to the scores; null = nothing.</param>
    /// <returns>[R, K · D].</returns>
    public Tensor AttendToNew(Tensor query, Tensor key, Tensor value, StepPlan plan, double scale, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        Write(key, value, plan);
        if (plan.IsManaged)
            return CachedAttention.Attend(query, this, plan, new(false, true, scale, bias)).MoveToOuterDisposeScope();
        var scores = matmul((query * scale).unsqueeze(2), Seen(_newKeys!, plan).transpose(-1, -2));
        var weights = nn.functional.softmax(bias is null ? scores : scores + bias, -1, ScalarType.Float32).to(query.dtype);
        return matmul(weights, Seen(_newValues!, plan)).flatten(1).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Free(Common);
        Free(Own);
        (Common, Own) = (null, null);
        Replace(ref _newKeys, null);
        Replace(ref _newValues, null);
    }

    private void Write(Tensor key, Tensor value, StepPlan plan)
    {
        _newKeys!.narrow(0, 0, key.shape[0]).select(2, plan.Step).copy_(key);
        _newValues!.narrow(0, 0, key.shape[0]).select(2, plan.Step).copy_(value);
    }

    private Tensor AttendByTensors(Tensor query, long heads, StepPlan plan)
    {
        long rows = query.shape[0], size = query.shape[2], group = query.shape[1] / heads;
        var queryRKGD = query.reshape(rows, heads, group, size);
        var (ownKeys, ownValues) = Own!.Value;
        var (newKeys, newValues) = (Seen(_newKeys!, plan), Seen(_newValues!, plan));   // [R, K, T, D]
        var length = ownValues.shape[2];
        var ownScores = matmul(plan.Gather(queryRKGD), ownKeys);
        if (plan.HiddenInOwn is { } hidden)
            ownScores = ownScores.masked_fill(hidden, double.NegativeInfinity);
        var scores = new List<Tensor> { plan.Scatter(ownScores, group), matmul(queryRKGD, newKeys.transpose(-1, -2)) };
        if (Common is { } shared)
        {
            var commonScores = matmul(queryRKGD, shared.Keys);
            scores.Add(plan.HiddenInCommon is { } far ? commonScores.masked_fill(far, double.NegativeInfinity) : commonScores);
        }

        var weights = nn.functional.softmax(cat([.. scores], -1), -1, ScalarType.Float32).to(query.dtype);
        var mixed = plan.Scatter(matmul(plan.Gather(weights.narrow(-1, 0, length)), ownValues), group)
            + matmul(weights.narrow(-1, length, plan.SeenSteps), newValues);
        if (Common is { } before)
            mixed += matmul(weights.narrow(-1, length + plan.SeenSteps, plan.Common), before.Values);
        return mixed.reshape(rows, heads * group * size);
    }

    private static Tensor Seen(Tensor stored, StepPlan plan)
    {
        var steps = arange(plan.FirstSeenStep, plan.Step + 1, device: stored.device).unsqueeze(0);
        return stored.permute(0, 2, 1, 3).index(TensorIndex.Tensor(plan.SlotIndex!), TensorIndex.Tensor(steps)).transpose(1, 2);
    }

    private (Tensor Keys, Tensor Values) Kept(Tensor keys, Tensor values)
    {
        using var scope = NewDisposeScope();
        var (count, length, heads, size) = (keys.shape[0], keys.shape[1], keys.shape[2], keys.shape[3]);
        var sideBySide = keys.permute(0, 2, 3, 1);
        if (isManaged)
        {
            var padded = zeros([count, heads, Blocks(length) * KeyBlock, size], keys.dtype, keys.device);
            padded.narrow(2, 0, length).copy_(keys.transpose(1, 2));
            sideBySide = padded.unflatten(2, [-1, KeyBlock]).transpose(3, 4);
        }

        var copied = empty(sideBySide.shape, keys.dtype, keys.device).copy_(sideBySide);
        var oneByOne = empty([count, heads, length, size], values.dtype, values.device).copy_(values.transpose(1, 2));
        return (copied.DetachFromDisposeScope(), oneByOne.DetachFromDisposeScope());
    }

    private static long Blocks(long length) => (length + KeyBlock - 1) / KeyBlock;

    private void Grow(ref Tensor? stored, long[] shape, int steps)
    {
        var values = Own!.Value.Values;
        var grown = empty(shape, values.dtype, values.device);
        if (stored is not null && steps > 0)
            grown.narrow(2, 0, steps).narrow(0, 0, stored.shape[0]).copy_(stored.narrow(2, 0, steps));
        Replace(ref stored, grown);
    }

    private static long Size((Tensor Keys, Tensor Values)? pair) =>
        pair is { } both ? (both.Keys.numel() + both.Values.numel()) * both.Keys.element_size() : 0;

    private static void Free((Tensor Keys, Tensor Values)? pair)
    {
        pair?.Keys.Dispose();
        pair?.Values.Dispose();
    }

    private static void Replace(ref Tensor? stored, Tensor? value)
    {
        stored?.Dispose();
        stored = value?.DetachFromDisposeScope();
    }
}
