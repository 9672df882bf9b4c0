namespace Llamax.Decoding.Engines;

/// <summary>
/// A model that continues token sequences. Search (greedy, beam, sampling) is written once on top and does not know whether
/// libtorch or something else computes (design, principle 3).
/// </summary>
public interface IDecoderEngine : IDisposable
{
    /// <summary>Ids run from 0 to <see cref="VocabularySize"/> − 1.</summary>
    int VocabularySize { get; }

    /// <summary>Longest sequence, prompt and continuation together, that the model was made for.</summary>
    int MaxLength { get; }

    /// <summary>The most tokens that can follow a prompt of some length; 0 or less where the prompt itself is too long.</summary>
    int MostNewTokens(int promptTokens) => MaxLength - promptTokens;

    /// <summary>The most hypotheses that can live at once.</summary>
    int MostRows => int.MaxValue;

    /// <summary>A session with its own KV cache; one thread at a time.</summary>
    IDecoderSession Open();
}

/// <summary>
/// Live hypotheses of one batch, one row each. After <see cref="Prefill"/> or <see cref="Advance"/> every row has a distribution
/// for its next token.
/// </summary>
public interface IDecoderSession : IDisposable
{
    /// <summary>Live hypotheses.</summary>
    int Rows { get; }

    /// <summary>Forgets what was live and reads the prompts: row i continues <paramref name="prompts"/>[i].</summary>
    /// <param name="prompts">
    /// Token ids with BOS where the model wants one; no prompt is empty. To an encoder-decoder the prompt is the source.
    /// </param>
    /// <param name="maxNewTokens">The most <see cref="Advance"/> calls that will follow: the cache is allocated once.</param>
    /// <param name="mostRows">The most rows that will live at once, for engines that reserve room; null = not told.</param>
    void Prefill(IReadOnlyList<int[]> prompts, int maxNewTokens, int? mostRows = null);

    /// <summary>
    /// Replaces the live rows: new row i continues old row <paramref name="parents"/>[i] with <paramref name="tokens"/>[i].
    /// A parent named twice is forked, a parent not named is freed.
    /// </summary>
    void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens);

    /// <summary>The k most probable next tokens of every row, best first; ties go to the lower id.</summary>
    /// <param name="k">1 to <see cref="IDecoderEngine.VocabularySize"/>.</param>
    /// <param name="ids">[rows × k], row by row.</param>
    /// <param name="logProbabilities">[rows × k], natural logarithms after the softmax over the whole vocabulary.</param>
    void TopK(int k, Span<int> ids, Span<float> logProbabilities);

    /// <summary>The whole next-token distribution of one row.</summary>
    /// <param name="row">0 to <see cref="Rows"/> − 1.</param>
    /// <param name="destination">[vocabulary] natural logarithms of probabilities.</param>
    void LogProbabilities(int row, Span<float> destination);

    /// <summary>The scores of one row before the softmax; only greedy search with a repetition penalty looks at their signs.</summary>
    /// <param name="row">0 to <see cref="Rows"/> − 1.</param>
    /// <param name="destination">[vocabulary].</param>
    void Logits(int row, Span<float> destination);
}
