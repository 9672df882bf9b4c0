namespace Llamax.Decoding.Search;

/// <summary>What one search continues.</summary>
/// <param name="Tokens">The prompt, with BOS where the model wants one, or the source of an encoder-decoder; not empty.</param>
public sealed record SearchPrompt(int[] Tokens)
{
    /// <summary>
    /// The tokens that <see cref="SearchOptions.RepetitionPenalty"/> and <see cref="SearchOptions.NoRepeatNgram"/> count as said
    /// before the answer begins. The prompt, unless told otherwise: Hugging Face also counts the padding that a batch gave it.
    /// </summary>
    public IReadOnlyList<int> Said { get; init; } = Tokens;

    /// <summary>
    /// What every answer begins with, such as the target language of M2M-100 (Hugging Face's <c>forced_bos_token_id</c>) or what a person has
    /// typed: counted in its length, certain in its score.
    /// </summary>
    public IReadOnlyList<int> Forced { get; init; } = [];

    /// <summary>How long the text to translate is, for <see cref="SearchOptions.MaxNewTokensPerSourceToken"/>.</summary>
    public int SourceTokens { get; init; } = Tokens.Length;

    /// <summary>What restricts the answer after <see cref="Forced"/>, applied in this order.</summary>
    public IReadOnlyList<ITokenRule> Rules { get; init; } = [];

    /// <summary>
    /// Phrases of which each must be in the answer. A phrase is a list of spellings in tokens, of which one suffices: a word in the middle
    /// of a sentence has other tokens than at its beginning.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<int[]>> Phrases { get; init; } = [];
}
