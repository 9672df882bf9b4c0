using System.Buffers;

namespace Llamax.Text.Tokenization;

/// <summary>A token that stands beside the trained vocabulary and is recognised in the text before anything else happens.</summary>
/// <param name="Text">How it is written.</param>
/// <param name="Id">Its id.</param>
/// <param name="IsSpecial">It steers the model and is not shown in decoded text.</param>
/// <param name="TakesSpaceBefore">White space in front belongs to it (<c>lstrip</c>).</param>
/// <param name="TakesSpaceAfter">White space behind belongs to it (<c>rstrip</c>).</param>
/// <param name="WholeWord">It is recognised only between characters that are not letters, digits or _ (<c>single_word</c>).</param>
internal sealed record AddedToken(
    string Text, int Id, bool IsSpecial, bool TakesSpaceBefore = false, bool TakesSpaceAfter = false, bool WholeWord = false);

/// <summary>Finds added tokens in text: the leftmost first, of several at one place the longest.</summary>
internal sealed class AddedTokens
{
    private readonly SearchValues<char> _firstLetters;
    private readonly Dictionary<char, AddedToken[]> _byFirstLetter;

    public AddedTokens(IReadOnlyCollection<AddedToken> tokens)
    {
        _byFirstLetter = tokens.GroupBy(token => token.Text[0])
            .ToDictionary(group => group.Key, group => group.OrderByDescending(token => token.Text.Length).ToArray());
        _firstLetters = SearchValues.Create([.. _byFirstLetter.Keys]);
    }

    /// <summary>The first token at or after <paramref name="start"/>.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where to begin; earlier characters belong to what was found before.</param>
    /// <param name="from">The first character of the token, with the white space that it takes.</param>
    /// <param name="to">The character after it.</param>
    /// <returns>Null where there is none.</returns>
    public AddedToken? Find(ReadOnlySpan<char> text, int start, out int from, out int to)
    {
        for (from = start; from < text.Length; from++)
        {
            var step = text[from..].IndexOfAny(_firstLetters);
            if (step < 0)
                break;
            from += step;
            foreach (var token in _byFirstLetter[text[from]])
            {
                to = from + token.Text.Length;
                if (!text[from..].StartsWith(token.Text, StringComparison.Ordinal)
                    || (token.WholeWord && (IsWordCharacter(text, from - 1) || IsWordCharacter(text, to))))
                    continue;
                if (token.TakesSpaceBefore)
                    from = start + text[start..from].TrimEnd().Length;
                if (token.TakesSpaceAfter)
                    to = text.Length - text[to..].TrimStart().Length;
                return token;
            }
        }

        from = to = text.Length;
        return null;
    }

    private static bool IsWordCharacter(ReadOnlySpan<char> text, int index) =>
        index >= 0 && index < text.Length && (char.IsLetterOrDigit(text[index]) || text[index] == '_');
}
