namespace Llamax.Corpus.Lexicons;

/// <summary>
/// Lower case by the language of the text and never by the machine's culture. Lexicons and sentences go through it, so that they meet.
/// Turkish and Azerbaijani keep their dots: I → ı, İ → i. Elsewhere the rest of Unicode's simple mapping holds, and İ becomes i.
/// </summary>
internal static class LowerCase
{
    public static string Of(string text, string language)
    {
        if (language is "tr" or "az")
            text = text.Replace('I', 'ı');
        return text.Replace('İ', 'i').ToLowerInvariant();
    }
}
