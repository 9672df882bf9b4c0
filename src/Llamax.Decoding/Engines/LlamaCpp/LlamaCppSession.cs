using LLama.Exceptions;
using LLama.Native;
using Llamax.Runs;

namespace Llamax.Decoding.Engines.LlamaCpp;

/// <summary>
/// The rows of one batch in llama.cpp: one sequence each, over one common cache in which a copy of a sequence is a mark on its cells.
/// There are two banks of sequences, because a row must not overwrite one that another row still continues.
/// </summary>
internal sealed class LlamaCppSession(SafeLlamaModelHandle model, int threads) : IDecoderSession
{
    /// <summary>llama.cpp's own limit.</summary>
    public const int MostSequences = 256;

    // What llama.cpp reads at once; a longer prompt is read in pieces.
    private const int BatchTokens = 512;

    // The sizes of caches are multiples of it, so that a like batch finds the cache of the last one large enough.
    private const int CellStep = 256;
    private const int WorthSharing = 8;

    private readonly LLamaBatch _batch = new();
    private readonly List<(int Row, int Index)> _wanted = [];
    private SafeLLamaContextHandle? _context;
    private int _cells;
    private int _banks;
    private int _bank;
    private int[] _lengths = [];
    private float[] _logits = [];

    private int Vocabulary => model.Vocab.Count;

    public int Rows => _lengths.Length;

    public void Prefill(IReadOnlyList<int[]> prompts, int maxNewTokens, int? mostRows = null)
    {
        ArgumentNullException.ThrowIfNull(prompts);
        ArgumentOutOfRangeException.ThrowIfZero(prompts.Count, nameof(prompts));
        ArgumentOutOfRangeException.ThrowIfNegative(maxNewTokens);
        foreach (var prompt in prompts)
        {
            ArgumentOutOfRangeException.ThrowIfZero(prompt.Length, nameof(prompts));
            CheckIds(prompt);
        }

        var longest = (long)prompts.Max(prompt => prompt.Length) + maxNewTokens;
        if (longest > model.ContextSize)
        {
            throw new RequestException(
                $"a sequence of {longest} tokens is longer than the model's {model.ContextSize} positions", "",
                "shorten the text, or use a model with more positions");
        }

        var rows = Math.Max(mostRows ?? Math.Min(4 * prompts.Count, MostSequences / 2), prompts.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, MostSequences / 2, nameof(mostRows));
        Reserve(prompts.Sum(prompt => (long)prompt.Length) + ((long)rows * maxNewTokens), rows);
        _logits = new float[rows * Vocabulary];
        (_bank, _lengths) = (0, [.. prompts.Select(prompt => prompt.Length)]);
        Read(prompts);
    }

    public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tokens.Length, parents.Length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parents.Length, _banks, nameof(parents));
        CheckIds(tokens);
        Reorder(parents);
        for (var row = 0; row < tokens.Length; row++)
            Add(tokens[row], _lengths[row]++, row, row);
        Flush();
    }

    public void TopK(int k, Span<int> ids, Span<float> logProbabilities)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(k, Vocabulary);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ids.Length, Rows * k);
        ArgumentOutOfRangeException.ThrowIfNotEqual(logProbabilities.Length, Rows * k);
        for (var row = 0; row < Rows; row++)
            TopTokens.Rank(Row(row), ids.Slice(row * k, k), logProbabilities.Slice(row * k, k));
    }

    public void LogProbabilities(int row, Span<float> destination)
    {
        Check(row, destination);
        TopTokens.LogProbabilities(Row(row), destination);
    }

    public void Logits(int row, Span<float> destination)
    {
        Check(row, destination);
        Row(row).CopyTo(destination);
    }

    public void Dispose() => _context?.Dispose();

    private void Read(IReadOnlyList<int[]> prompts)
    {
        var common = prompts.Min(prompt => prompt.Length) - 1;
        foreach (var prompt in prompts)
            common = Math.Min(common, prompts[0].AsSpan().CommonPrefixLength(prompt));
        if (prompts.Count == 1 || common < WorthSharing)
            common = 0;
        for (var position = 0; position < common; position++)
            Add(prompts[0][position], position, 0, null);
        Flush();
        for (var row = 1; row < prompts.Count && common > 0; row++)
            _context!.MemorySequenceCopy(Sequence(_bank, 0), Sequence(_bank, row), -1, -1);
        for (var row = 0; row < prompts.Count; row++)
            for (var position = common; position < prompts[row].Length; position++)
                Add(prompts[row][position], position, row, position == prompts[row].Length - 1 ? row : null);
        Flush();
    }

    private void Reorder(ReadOnlySpan<int> parents)
    {
        var isIdentity = parents.Length == Rows;
        var lengths = new int[parents.Length];
        for (var row = 0; row < parents.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(parents[row]);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(parents[row], Rows);
            lengths[row] = _lengths[parents[row]];
            isIdentity &= parents[row] == row;
        }

        if (isIdentity)
            return;
        for (var row = 0; row < parents.Length; row++)
            _context!.MemorySequenceCopy(Sequence(_bank, parents[row]), Sequence(1 - _bank, row), -1, -1);
        for (var row = 0; row < Rows; row++)
            _context!.MemorySequenceRemove(Sequence(_bank, row), -1, -1);
        (_bank, _lengths) = (1 - _bank, lengths);
    }

    private LLamaSeqId Sequence(int bank, int row) => (LLamaSeqId)((bank * _banks) + row);

    // The token's distribution goes to a row of the logits, where one is named.
    private void Add(int token, int position, int row, int? wanted)
    {
        if (_batch.TokenCount == BatchTokens)
            Flush();
        var index = _batch.Add(token, position, Sequence(_bank, row), wanted is not null);
        if (wanted is { } place)
            _wanted.Add((place, index));
    }

    private void Flush()
    {
        if (_batch.TokenCount == 0)
            return;
        try
        {
            var result = _context!.Decode(_batch);
            if (result == DecodeResult.NoKvSlot)
                throw new InsufficientMemoryException("llama.cpp has no room left in its cache.");
            if (result != DecodeResult.Ok)
                throw new InvalidOperationException($"llama.cpp could not compute: {result} {LlamaCppRuntime.TakeErrors()}");
            foreach (var (row, index) in _wanted)
                _context.GetLogitsIth(index).CopyTo(_logits.AsSpan(row * Vocabulary));
        }
        finally
        {
            _batch.Clear();
            _wanted.Clear();
        }
    }

    private void Reserve(long cells, int rows)
    {
        if (_context is not null && cells <= _cells && rows <= _banks)
        {
            _context.MemoryClear();
            return;
        }

        _context?.Dispose();
        _context = null;
        (_cells, _banks) = (checked((int)((cells + CellStep - 1) / CellStep * CellStep)), rows);
        var parameters = LLamaContextParams.Default();
        parameters.n_ctx = (uint)_cells;
        parameters.n_seq_max = (uint)(2 * rows);
        (parameters.n_batch, parameters.n_ubatch) = (BatchTokens, BatchTokens);
        (parameters.n_threads, parameters.n_threads_batch) = (threads, threads);
        (parameters.kv_unified, parameters.swa_full, parameters.no_perf) = (true, true, true);
        parameters.offload_kqv = false;
        try
        {
            _context = SafeLLamaContextHandle.Create(model, parameters);
        }
        catch (RuntimeError failure)
        {
            throw new InsufficientMemoryException(
                $"llama.cpp has no memory for {_cells} tokens of {rows} hypotheses: {LlamaCppRuntime.TakeErrors()}", failure);
        }
    }

    private ReadOnlySpan<float> Row(int row) => _logits.AsSpan(row * Vocabulary, Vocabulary);

    private void Check(int row, ReadOnlySpan<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
        ArgumentOutOfRangeException.ThrowIfNotEqual(destination.Length, Vocabulary);
    }

    private void CheckIds(ReadOnlySpan<int> ids)
    {
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(id, Vocabulary, nameof(ids));
        }
    }
}
