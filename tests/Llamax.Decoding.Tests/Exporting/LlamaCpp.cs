using LLama.Native;
using Llamax.Decoding.Engines.LlamaCpp;

namespace Llamax.Decoding.Tests.Exporting;

/// <summary>llama.cpp as a stranger that knows nothing of Llamax: a GGUF file in, numbers out.</summary>
internal sealed class LlamaCpp : IDisposable
{
    private readonly SafeLlamaModelHandle _model;

    public LlamaCpp(string path)
    {
        LlamaCppRuntime.Require();
        var parameters = LLamaModelParams.Default();
        parameters.n_gpu_layers = 0;
        _ = LlamaCppRuntime.TakeErrors();
        try
        {
            _model = SafeLlamaModelHandle.LoadFromFile(path, parameters);
        }
        catch (LLama.Exceptions.LoadWeightsFailedException)
        {
            Assert.Fail($"llama.cpp does not load {path}: {LlamaCppRuntime.TakeErrors()}");
            throw;
        }
    }

    /// <summary>Ids of a text, with BOS where the file says so.</summary>
    public int[] Tokenize(string text, bool addBos = false) =>
        [.. _model.Tokenize(text, addBos, false, System.Text.Encoding.UTF8).Select(token => (int)token)];

    /// <summary>[tokens][vocabulary]: natural logarithms of the probabilities of what follows each token.</summary>
    /// <param name="ids">What the decoder reads.</param>
    /// <param name="source">What the encoder reads before; null = there is no encoder.</param>
    public float[][] LogProbabilities(int[] ids, int[]? source = null)
    {
        var parameters = LLamaContextParams.Default();
        parameters.n_ctx = 512;
        parameters.n_batch = 512;
        parameters.n_ubatch = 512;
        parameters.n_threads = parameters.n_threads_batch = 1;
        parameters.type_k = parameters.type_v = GGMLType.GGML_TYPE_F32;
        parameters.llama_flash_attn_type = LLamaFlashAttentionType.LLAMA_FLASH_ATTENTION_TYPE_DISABLED;
        using var context = SafeLLamaContextHandle.Create(_model, parameters);
        if (source is not null)
        {
            var read = new LLamaBatch();
            for (var i = 0; i < source.Length; i++)
                read.Add(source[i], i, (LLamaSeqId)0, true);
            Assert.Equal(DecodeResult.Ok, context.Encode(read));
        }

        var batch = new LLamaBatch();
        for (var i = 0; i < ids.Length; i++)
            batch.Add(ids[i], i, (LLamaSeqId)0, true);
        Assert.Equal(DecodeResult.Ok, context.Decode(batch));
        return [.. Enumerable.Range(0, ids.Length).Select(i => LogSoftmax(context.GetLogitsIth(i)))];
    }

    public void Dispose() => _model.Dispose();

    private static float[] LogSoftmax(Span<float> logits)
    {
        var values = logits.ToArray();
        var largest = values.Max();
        var sum = Math.Log(values.Sum(value => Math.Exp(value - largest))) + largest;
        return Array.ConvertAll(values, value => (float)(value - sum));
    }
}
