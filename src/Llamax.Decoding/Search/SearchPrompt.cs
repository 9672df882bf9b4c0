namespace Llamax.Decoding.Search;

/// <summary>What one search continues.</summary>
/// <param name="Tokens">The prompt, with BOS where the model wants one; not empty.</param>
public sealed record SearchPrompt(int[] Tokens)
{
    /// <summary>
    /// The tokens that <see cref="SearchOptions.RepetitionPenalty"/> and <see cref="SearchOptions.NoRepeatNgram"/> count as said
    /// before the answer begins. The prompt, unless told otherwise: Hugging Face also counts the padding that a batch gave it.
    /// </summary>
    public IReadOnlyList<int> Said { get; init; } = Tokens;

    /// <summary>How long the text to translate is, for <see cref="SearchOptions.MaxNewTokensPerSourceToken"/>.</summary>
    public int SourceTokens { get; init; } = Tokens.Length;
}
