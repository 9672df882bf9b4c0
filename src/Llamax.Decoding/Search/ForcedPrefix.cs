namespace Llamax.Decoding.Search;

/// <summary>
/// An answer begins with given tokens: a language token (Hugging Face's <c>forced_bos_token_id</c>) or the beginning of a translation that
/// a person has typed. A forced token has probability one, as it has there.
/// </summary>
internal sealed class ForcedPrefix(IReadOnlyList<int> tokens) : ITokenRule
{
    public void Apply(ReadOnlySpan<int> answer, Span<float> scores)
    {
        if (answer.Length >= tokens.Count)
            return;
        scores.Fill(float.NegativeInfinity);
        scores[tokens[answer.Length]] = 0;
    }
}
