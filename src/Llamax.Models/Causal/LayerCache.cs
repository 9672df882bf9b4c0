using static TorchSharp.torch;

namespace Llamax.Models.Causal;

// P prompts, R live rows, K key/value heads, N query heads, L longest prompt, M most new tokens, S suffix, D head size

/// <summary>What one layer remembers of a batch under decoding.</summary>
internal sealed class LayerCache : IDisposable
{
    private Tensor? _promptKeys;     // [P, K, L, D]
    private Tensor? _promptValues;
    private Tensor? _newKeys;        // [at least R, K, M, D], filled up to the current step
    private Tensor? _newValues;

    /// <summary>Keeps what a prompt's forward pass computed.</summary>
    /// <param name="keys">[P, L, K, D], turned.</param>
    /// <param name="values">[P, L, K, D].</param>
    public void Keep(Tensor keys, Tensor values)
    {
        Replace(ref _promptKeys, keys.detach().transpose(1, 2).contiguous());
        Replace(ref _promptValues, values.detach().transpose(1, 2).contiguous());
    }

    public void Reserve(int rows, int mostNewTokens, int heads, int headSize)
    {
        if (_newKeys is not null && _newKeys.shape[0] >= rows)
            return;
        long[] shape = [rows, heads, mostNewTokens, headSize];
        Replace(ref _newKeys, empty(shape, _promptKeys!.dtype, _promptKeys.device));
        Replace(ref _newValues, empty(shape, _promptKeys.dtype, _promptKeys.device));
    }

    /// <summary>Moves the new tokens' keys and values with their rows.</summary>
    public void SelectRows(Tensor index, int steps, int mostNewTokens)
    {
        SelectRows(ref _newKeys, index, steps, mostNewTokens);
        SelectRows(ref _newValues, index, steps, mostNewTokens);
    }

    /// <summary>Keeps some prompts, as long as the longest of them.</summary>
    public void SelectPrompts(Tensor index, int longest)
    {
        Replace(ref _promptKeys, _promptKeys!.narrow(2, 0, longest).index_select(0, index));
        Replace(ref _promptValues, _promptValues!.narrow(2, 0, longest).index_select(0, index));
    }

    /// <summary>Adds one token to every row and attends to its prompt and to its own new tokens.</summary>
    /// <param name="query">[R, N, D], turned.</param>
    /// <param name="key">[R, K, D], turned.</param>
    /// <param name="value">[R, K, D].</param>
    /// <param name="plan">How the rows lie.</param>
    /// <returns>[R, N, D].</returns>
    public Tensor Attend(Tensor query, Tensor key, Tensor value, StepPlan plan)
    {
        using var scope = NewDisposeScope();
        long rows = key.shape[0], heads = key.shape[1], size = key.shape[2], group = query.shape[1] / heads;
        _newKeys!.narrow(0, 0, rows).select(2, plan.Step).copy_(key);
        _newValues!.narrow(0, 0, rows).select(2, plan.Step).copy_(value);
        var suffixKeys = _newKeys.narrow(0, 0, rows).narrow(2, plan.FirstSeenStep, plan.SeenSteps);
        var suffixValues = _newValues.narrow(0, 0, rows).narrow(2, plan.FirstSeenStep, plan.SeenSteps);

        var queryRKGD = (query * (1 / Math.Sqrt(size))).reshape(rows, heads, group, size);
        var promptScores = matmul(plan.Gather(queryRKGD), _promptKeys!.transpose(-1, -2));
        if (plan.HiddenInPrompt is { } hidden)
            promptScores = promptScores.masked_fill(hidden, double.NegativeInfinity);
        var scores = cat([plan.Scatter(promptScores, group), matmul(queryRKGD, suffixKeys.transpose(-1, -2))], -1);
        var weights = nn.functional.softmax(scores, -1, ScalarType.Float32).to(query.dtype);
        var length = _promptKeys.shape[2];
        var fromPrompt = matmul(plan.Gather(weights.narrow(-1, 0, length)), _promptValues!);
        var fromSuffix = matmul(weights.narrow(-1, length, plan.SeenSteps), suffixValues);
        return (plan.Scatter(fromPrompt, group) + fromSuffix).reshape(rows, heads * group, size).MoveToOuterDisposeScope();
    }

    /// <summary>Attends to the prompt alone: to the source, in an encoder-decoder.</summary>
    /// <param name="query">[R, K, D].</param>
    /// <param name="plan">How the rows lie.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <returns>[R, K, D].</returns>
    public Tensor AttendToPrompt(Tensor query, StepPlan plan, double scale)
    {
        using var scope = NewDisposeScope();
        var scores = matmul(plan.Gather((query * scale).unsqueeze(2)), _promptKeys!.transpose(-1, -2));
        if (plan.HiddenInPrompt is { } hidden)
            scores = scores.masked_fill(hidden, double.NegativeInfinity);
        var weights = nn.functional.softmax(scores, -1, ScalarType.Float32).to(query.dtype);
        return plan.Scatter(matmul(weights, _promptValues!), 1).squeeze(2).MoveToOuterDisposeScope();
    }

    /// <summary>Adds one token to every row and attends to its new tokens alone.</summary>
    /// <param name="query">[R, K, D].</param>
    /// <param name="key">[R, K, D].</param>
    /// <param name="value">[R, K, D].</param>
    /// <param name="plan">How the rows lie.</param>
    /// <param name="scale">Factor of the scores.</param>
    /// <param name="bias">[1, K, 1, S] added to the scores; null = nothing.</param>
    /// <returns>[R, K, D].</returns>
    public Tensor AttendToNew(Tensor query, Tensor key, Tensor value, StepPlan plan, double scale, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var rows = key.shape[0];
        _newKeys!.narrow(0, 0, rows).select(2, plan.Step).copy_(key);
        _newValues!.narrow(0, 0, rows).select(2, plan.Step).copy_(value);
        var scores = matmul((query * scale).unsqueeze(2), _newKeys.narrow(0, 0, rows).narrow(2, 0, plan.Step + 1).transpose(-1, -2));
        var weights = nn.functional.softmax(bias is null ? scores : scores + bias, -1, ScalarType.Float32).to(query.dtype);
        return matmul(weights, _newValues.narrow(0, 0, rows).narrow(2, 0, plan.Step + 1)).squeeze(2).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        Replace(ref _promptKeys, null);
        Replace(ref _promptValues, null);
        Replace(ref _newKeys, null);
        Replace(ref _newValues, null);
    }

    private static void SelectRows(ref Tensor? stored, Tensor index, int steps, int mostNewTokens)
    {
        using var scope = NewDisposeScope();
        var rows = index.shape[0];
        var moved = stored!.narrow(2, 0, steps).index_select(0, index);
        if (stored.shape[0] < rows)
            Replace(ref stored, empty([rows, stored.shape[1], mostNewTokens, stored.shape[3]], stored.dtype, stored.device));
        stored!.narrow(0, 0, rows).narrow(2, 0, steps).copy_(moved);
    }

    private static void Replace(ref Tensor? stored, Tensor? value)
    {
        stored?.Dispose();
        stored = value?.DetachFromDisposeScope();
    }
}
