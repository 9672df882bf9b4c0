namespace Llamax.Corpus.Cleaning;

/// <summary>
/// What makes two texts the same sentence: their letters, marks and numbers, without case; spaces, punctuation and symbols do not count.
/// </summary>
internal static class FoldedText
{
    private const CharacterKind Content = CharacterKind.Letter | CharacterKind.Mark | CharacterKind.Number;

    // '\0' stands for what does not count. Halves of pairs stay as they are.
    private static readonly char[] Folded = [.. Enumerable.Range(0, 1 << 16).Select(code => Fold((char)code))];

    /// <summary>The folded unit; <c>'\0'</c> for what does not count.</summary>
    public static char Of(char unit) => Folded[unit];

    /// <summary>Writes the folded text; <paramref name="folded"/> is at least as long as <paramref name="text"/>.</summary>
    /// <returns>Its length.</returns>
    public static int Write(ReadOnlySpan<char> text, Span<char> folded)
    {
        var length = 0;
        foreach (var unit in text)
        {
            var one = Folded[unit];
            folded[length] = one;
            length += one == '\0' ? 0 : 1;
        }

        return length;
    }

    /// <summary>Whether two texts are the same sentence.</summary>
    public static bool AreSame(ReadOnlySpan<char> one, ReadOnlySpan<char> other)
    {
        var place = 0;
        foreach (var unit in one)
        {
            var expected = Folded[unit];
            if (expected == '\0')
                continue;
            var found = '\0';
            while (found == '\0' && place < other.Length)
                found = Folded[other[place++]];
            if (found != expected)
                return false;
        }

        while (place < other.Length)
            if (Folded[other[place++]] != '\0')
                return false;
        return true;
    }

    private static char Fold(char unit)
    {
        if (char.IsSurrogate(unit))
            return unit;
        return (CharacterKinds.OfUnit(unit) & Content) != 0 ? char.ToLowerInvariant(unit) : '\0';
    }
}
