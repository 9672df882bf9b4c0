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

    /// <summary>The tokens that every answer begins with; they are part of it and count as certain.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];

    /// <summary>What else restricts the answer, applied in this order.</summary>
    public IReadOnlyList<ITokenRule> Rules { get; init; } = [];

    /// <summary>
    /// Phrases of which each must be in the answer. A phrase is a list of spellings in tokens, of which one suffices: a word in the middle
    /// of a sentence has other tokens than at its beginning.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int[]>> Phrases { get; init; } = [];
}
