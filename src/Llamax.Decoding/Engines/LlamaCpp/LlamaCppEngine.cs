using LLama.Exceptions;
using LLama.Native;
using Llamax.Runs;

namespace Llamax.Decoding.Engines.LlamaCpp;

/// <summary>A decoder in a GGUF file, computed by llama.cpp on the CPU in the type that the file stores.</summary>
public sealed class LlamaCppEngine : IDecoderEngine
{
    private readonly SafeLlamaModelHandle _model;
    private readonly int _threads;

    /// <summary>Maps the file into memory.</summary>
    /// <param name="path">A GGUF file; its vocabulary may be missing.</param>
    /// <param name="threads">0 = one per core.</param>
    /// <exception cref="RequestException">llama.cpp does not load here, or not this file, or it is an encoder-decoder.</exception>
    public LlamaCppEngine(string path, int threads = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        if (!File.Exists(path))
            throw new RequestException("there is no such file", path, "name a GGUF file");
        LlamaCppRuntime.Require();
        _threads = threads > 0 ? threads : Environment.ProcessorCount;
        _ = LlamaCppRuntime.TakeErrors();
        var parameters = LLamaModelParams.Default();
        parameters.n_gpu_layers = 0;
        try
        {
            _model = SafeLlamaModelHandle.LoadFromFile(path, parameters);
        }
        catch (LoadWeightsFailedException failure)
        {
            throw new RequestException(
                $"llama.cpp cannot load it: {LlamaCppRuntime.TakeErrors()}", path,
                "look with llamax inspect whether the file is whole and of an architecture that llama.cpp has", failure);
        }

        if (_model.HasEncoder)
        {
            _model.Dispose();
            throw new RequestException(
                "an encoder-decoder in GGUF is not translated with", path, "make a model folder of it: llamax export --format hf");
        }
    }

    public int VocabularySize => _model.Vocab.Count;

    public int MaxLength => _model.ContextSize;

    public int MostRows => LlamaCppSession.MostSequences / 2;

    public IDecoderSession Open() => new LlamaCppSession(_model, _threads);

    public void Dispose() => _model.Dispose();
}
