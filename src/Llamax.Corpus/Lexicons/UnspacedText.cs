using System.Globalization;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Lexicons;

/// <summary>Text of languages that write no spaces between words.</summary>
internal static class UnspacedText
{
    // Below this lie the scripts with spaces that mix into such text: Latin, Greek, Cyrillic, Hebrew, Arabic, the Indic ones.
    private const char FirstUnspacedScript = '\u0E00';

    /// <param name="language">Paper code; an unknown one is taken to write spaces.</param>
    public static bool Is(string language) => LanguageRegistry.TryFind(language, out var known) && !known.SpacesBetweenWords;

    /// <summary>
    /// Whether a word may end before <paramref name="place"/>: not inside a foreign word, a surrogate pair or before a combining mark.
    /// </summary>
    public static bool MayDivide(ReadOnlySpan<char> text, int place)
    {
        if (place >= text.Length)
            return true;
        var (before, after) = (text[place - 1], text[place]);
        var isMark = char.GetUnicodeCategory(after) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark;
        return !isMark && !char.IsLowSurrogate(after) && !(IsForeign(before) && IsForeign(after));
    }

    private static bool IsForeign(char unit) => unit < FirstUnspacedScript && char.IsLetterOrDigit(unit);
}
