using System.Runtime.InteropServices;
using Llamax.Models.Causal;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Decoding.Engines;

/// <summary>The rows of one batch in libtorch: a cache, and the distribution after the last token of every row.</summary>
internal sealed class TorchDecoderSession(ICachedDecoder model) : IDecoderSession
{
    private readonly KeyValueCache _cache = model.NewCache();
    private Tensor? _logits;   // [rows, vocabulary] float32

    public int Rows => _cache.Rows;

    public void Prefill(IReadOnlyList<int[]> prompts, int maxNewTokens, int? mostRows = null)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentOutOfRangeException.ThrowIfZero(prompts.Count, nameof(prompts));
        foreach (var prompt in prompts)
        {
            ArgumentOutOfRangeException.ThrowIfZero(prompt.Length, nameof(prompts));
            CheckIds(prompt);
        }

        using var scope = NewDisposeScope();
        Distribute(model.Prefill(prompts, maxNewTokens, _cache));
    }

    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, parents.Length);
        CheckIds(tokens);
        _cache.Select(parents);
        if (parents.IsEmpty)
            return;
        using var scope = NewDisposeScope();
        Distribute(model.Step(tokens, _cache));
    }

    public void TopK(int k, Span<int> ids, Span<float> logProbabilities)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, model.VocabularySize);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ids.Length, Rows * k);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logProbabilities.Length, Rows * k);
        if (Rows == 0)
            return;
        if (_logits!.device_type == DeviceType.CPU)
        {
            var vocabulary = model.VocabularySize;
            var logits = MemoryMarshal.Cast<byte, float>(_logits.bytes);
            for (var row = 0; row < Rows; row++)
                TopTokens.Rank(logits.Slice(row * vocabulary, vocabulary), ids.Slice(row * k, k), logProbabilities.Slice(row * k, k));
            return;
        }

        using var scope = NewDisposeScope();

        // libtorch breaks ties as it likes. One candidate more shows whether a tie crosses the border; then the row is read whole.
        var width = Math.Min(k + 1, model.VocabularySize);
        var (values, indices) = nn.functional.log_softmax(_logits!, -1).topk(width);
        var (best, bestIds) = (values.cpu().data<float>().ToArray(), indices.cpu().data<long>().ToArray());
        for (var row = 0; row < Rows; row++)
        {
            var rowValues = best.AsSpan(row * width, width);
            var rowIds = bestIds.AsSpan(row * width, width);
            if (width > k && rowValues[k] == rowValues[k - 1])
            {
                var (all, order) = ReadWhole(row);
                rowValues = all;
                rowIds = order;
            }

            SortTies(rowValues, rowIds);
            for (var i = 0; i < k; i++)
                (ids[(row * k) + i], logProbabilities[(row * k) + i]) = ((int)rowIds[i], rowValues[i]);
        }
    }

    public void LogProbabilities(int row, Span<float> destination)
    {
        using var scope = NewDisposeScope();
        nn.functional.log_softmax(Row(row, destination), -1).cpu().data<float>().CopyTo(destination);
    }

    public void Logits(int row, Span<float> destination)
    {
        using var scope = NewDisposeScope();
        Row(row, destination).cpu().data<float>().CopyTo(destination);
    }

    public void Dispose()
    {
        _logits?.Dispose();
        _cache.Dispose();
    }

    private void Distribute(Tensor hidden)
    {
        using var quiet = no_grad();
        _logits?.Dispose();
        _logits = model.Project(hidden).to(ScalarType.Float32).DetachFromDisposeScope();
    }

    private Tensor Row(int row, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, model.VocabularySize);
        return _logits![row];
    }

    private (float[] Values, long[] Ids) ReadWhole(int row)
    {
        var all = new float[model.VocabularySize];
        LogProbabilities(row, all);
        var order = new long[all.Length];
        for (var id = 0; id < order.Length; id++)
            order[id] = id;
        // Keys negated: ascending order is then the best first.
        Array.Sort(Array.ConvertAll(all, value => -value), order);
        return (Array.ConvertAll(order, id => all[id]), order);
    }

    // Inside a run of equal values the lower id comes first; the values are sorted already.
    private static void SortTies(Span<float> values, Span<long> ids)
    {
        for (var start = 0; start < values.Length;)
        {
            var end = start + 1;
            while (end < values.Length && values[end] == values[start])
                end++;
            ids[start..end].Sort();
            start = end;
        }
    }

    private void CheckIds(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, model.VocabularySize, nameof(ids));
        }
    }
}
