namespace Llamax.Corpus.Lexicons;

/// <summary>
/// Lower case by the language of the text and never by the machine's culture. Lexicons and sentences go through it, so that they meet.
/// Turkish and Azerbaijani keep their dots: I → ı, İ → i. Elsewhere the rest of Unicode's simple mapping holds, and İ becomes i.
/// Every UTF-16 unit stays in its place.
/// </summary>
internal static class LowerCase
{
    public static string Of(string text, string language) =>
        string.Create(text.Length, (text, language), static (lower, from) => Write(from.text, from.language, lower));

    /// <param name="text">In any case.</param>
    /// <param name="language">Paper code.</param>
    /// <param name="lower">As long as the text.</param>
    public static void Write(ReadOnlySpan<char> text, string language, Span<char> lower)
    {
        text.ToLowerInvariant(lower);
        if (language is "tr" or "az")
            Put(text, 'I', 'ı', lower);
        Put(text, 'İ', 'i', lower);
    }

    private static void Put(ReadOnlySpan<char> text, char upper, char own, Span<char> lower)
    {
        for (var place = text.IndexOf(upper); place >= 0; place = NextOf(text, upper, place))
            lower[place] = own;
    }

    private static int NextOf(ReadOnlySpan<char> text, char sign, int after) =>
        text[(after + 1)..].IndexOf(sign) is var distance and >= 0 ? after + 1 + distance : -1;
}
