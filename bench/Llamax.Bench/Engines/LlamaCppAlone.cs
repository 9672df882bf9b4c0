using LLama.Native;

namespace Llamax.Bench.Engines;

/// <summary>llama.cpp without any search: as many decode calls of as many rows, whose results nobody looks at.</summary>
internal sealed class LlamaCppAlone : IDisposable
{
    private readonly SafeLlamaModelHandle _model;
    private readonly SafeLLamaContextHandle _context;
    private readonly int _rows;
    private readonly int _newTokens;

    public LlamaCppAlone(string path, int rows, int newTokens)
    {
        (_rows, _newTokens) = (rows, newTokens);
        _model = SafeLlamaModelHandle.LoadFromFile(path, LLamaModelParams.Default());
        var parameters = LLamaContextParams.Default();
        parameters.n_ctx = 2048;
        parameters.n_seq_max = (uint)rows;
        (parameters.n_batch, parameters.n_ubatch) = (512, 512);
        (parameters.n_threads, parameters.n_threads_batch) = (1, 1);
        (parameters.kv_unified, parameters.no_perf, parameters.offload_kqv) = (true, true, false);
        _context = SafeLLamaContextHandle.Create(_model, parameters);
    }

    /// <summary>Reads the prompts, copies each to its share of the rows, and adds a token to all rows until enough are there.</summary>
    public void Run(int[][] prompts)
    {
        _context.MemoryClear();
        var (batch, each) = (new LLamaBatch(), _rows / prompts.Length);
        for (var i = 0; i < prompts.Length; i++)
            for (var position = 0; position < prompts[i].Length; position++)
                batch.Add(prompts[i][position], position, (LLamaSeqId)(i * each), position == prompts[i].Length - 1);
        Decode(batch);
        for (var row = 0; row < _rows; row++)
            if (row % each != 0)
                _context.MemorySequenceCopy((LLamaSeqId)(row / each * each), (LLamaSeqId)row, -1, -1);
        for (var step = 0; step < _newTokens - 1; step++)
        {
            batch.Clear();
            for (var row = 0; row < _rows; row++)
                batch.Add(100 + row, prompts[row / each].Length + step, (LLamaSeqId)row, true);
            Decode(batch);
        }
    }

    public void Dispose()
    {
        _context.Dispose();
        _model.Dispose();
    }

    private void Decode(LLamaBatch batch)
    {
        if (_context.Decode(batch) != DecodeResult.Ok)
            throw new InvalidOperationException("llama.cpp could not compute.");
    }
}
