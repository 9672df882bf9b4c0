using static TorchSharp.torch;

namespace Llamax.Models.Causal;

/// <summary>What decoding needs of a model: to read prompts into a cache, and to add one token after another.</summary>
public interface ICachedDecoder : IDisposable
{
    int VocabularySize { get; }

    /// <summary>An empty cache for this model; the caller disposes it.</summary>
    KeyValueCache NewCache();

    /// <summary>Reads prompts into a cache, whose rows then are the prompts; what it held before is forgotten. Without gradients.</summary>
    /// <param name="prompts">Token ids; none is empty. To an encoder-decoder the prompt is the source.</param>
    /// <param name="mostNewTokens">The most <see cref="Step"/> calls that will follow.</param>
    /// <param name="cache">From <see cref="NewCache"/>.</param>
    /// <returns>[prompts, hidden] what the first new token of every row follows from.</returns>
    /// <exception cref="Llamax.Runs.RequestException">More tokens than the model has positions.</exception>
    Tensor Prefill(IReadOnlyList<int[]> prompts, int mostNewTokens, KeyValueCache cache);

    /// <summary>Adds one token to every live row of a cache. Without gradients.</summary>
    /// <param name="tokens">One id per row.</param>
    /// <param name="cache">The cache, after <see cref="KeyValueCache.Select"/> where rows have changed.</param>
    /// <returns>[rows, hidden].</returns>
    Tensor Step(ReadOnlySpan<int> tokens, KeyValueCache cache);

    /// <summary>Logits.</summary>
    /// <param name="hidden">[.., hidden].</param>
    /// <returns>[.., vocabulary].</returns>
    Tensor Project(Tensor hidden);
}
