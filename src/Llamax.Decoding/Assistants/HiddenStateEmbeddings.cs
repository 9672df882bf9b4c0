using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Text.Tokenization;
using Microsoft.Extensions.AI;
using static TorchSharp.torch;

namespace Llamax.Decoding.Assistants;

/// <summary>
/// A decoder's view of a text as <see cref="IEmbeddingGenerator{TInput, TEmbedding}"/>: the mean over its tokens, BOS included, of the last
/// hidden state behind the final norm. It is what representation analyses of LLaMA models use (LLaMAX, appendix D); it was not trained for
/// search, and vectors of different models mean nothing to each other.
/// </summary>
public sealed class HiddenStateEmbeddings : IEmbeddingGenerator<string, Embedding<float>>
{
    private readonly CausalModel _model;
    private readonly ITokenizer _tokenizer;
    private readonly EmbeddingGeneratorMetadata _metadata;
    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="model">Disposed with the generator.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="modelId">What the model is called in answers.</param>
    public HiddenStateEmbeddings(CausalModel model, ITokenizer tokenizer, string modelId)
    {
        (_model, _tokenizer) = (model, tokenizer);
        _metadata = new("llamax", defaultModelId: modelId, defaultModelDimensions: model.Config.HiddenSize);
    }

    /// <summary>One vector per text, each computed alone, so that no text changes another's.</summary>
    /// <exception cref="RequestException">A text is longer than the model, or has no tokens and the model no BOS.</exception>
    public async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        var embeddings = new GeneratedEmbeddings<Embedding<float>>();
        var tokens = 0L;
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            foreach (var value in values)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var ids = Encode(value);
                tokens += ids.Length;
                embeddings.Add(new(await Task.Run(() => Mean(ids), cancellationToken).ConfigureAwait(false))
                {
                    ModelId = _metadata.DefaultModelId,
                });
            }
        }
        finally
        {
            _turn.Release();
        }

        embeddings.Usage = new() { InputTokenCount = tokens, TotalTokenCount = tokens };
        return embeddings;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) =>
        serviceKey is not null ? null
        : serviceType == typeof(EmbeddingGeneratorMetadata) ? _metadata
        : serviceType.IsInstanceOfType(this) ? this
        : null;

    public void Dispose()
    {
        _model.Dispose();
        _turn.Dispose();
    }

    private long[] Encode(string text)
    {
        long[] ids = [.. _tokenizer.BosId is { } bos ? (long[])[bos] : [], .. _tokenizer.Encode(text).Select(id => (long)id)];
        if (ids.Length == 0)
            throw new RequestException("a text without tokens has no embedding", mend: "leave empty texts out");
        if (ids.Length > _model.Config.MaxPositions)
            throw new RequestException(
                $"the text has {ids.Length} tokens, the model {_model.Config.MaxPositions} positions", mend: "split the text");
        return ids;
    }

    private float[] Mean(long[] ids)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var hidden = _model.Forward(tensor(ids, device: _model.Device).unsqueeze(0)).to(ScalarType.Float32);
        return hidden.mean([1]).squeeze(0).cpu().data<float>().ToArray();
    }
}
