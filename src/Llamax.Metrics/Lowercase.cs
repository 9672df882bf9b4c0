using System.Globalization;
using System.Text;

namespace Llamax.Metrics;

/// <summary>Unicode's full lower-casing without language tailoring, as Python's <c>str.lower</c> does it.</summary>
internal static class Lowercase
{
    public static string Of(string text)
    {
        var builder = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out var rune, out var length) != System.Buffers.OperationStatus.Done)
                builder.Append(text[i]);
            else if (rune.Value == 0x130) // İ is the one letter whose full mapping has two characters
                builder.Append("i\u0307");
            else if (rune.Value == 0x3A3)
                builder.Append(IsFinal(text, i) ? 'ς' : 'σ');
            else
                builder.Append(Rune.ToLowerInvariant(rune).ToString());
            i += length;
        }

        return builder.ToString();
    }

    /// <summary>Unicode's condition Final_Sigma: a cased letter before, none behind, ignoring marks and the like.</summary>
    private static bool IsFinal(string text, int sigma)
    {
        var before = false;
        foreach (var rune in text.AsSpan(0, sigma).EnumerateRunes())
            before = IsIgnorable(rune) ? before : IsCased(rune);
        if (!before)
            return false;
        foreach (var rune in text.AsSpan(sigma + 1).EnumerateRunes())
            if (!IsIgnorable(rune))
                return !IsCased(rune);
        return true;
    }

    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsIgnorable(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format
        or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol
        || rune.Value is '\'' or '.' or ':' or 0xB7 or 0x387 or 0x55F or 0x5F4 or 0x2018 or 0x2019 or 0x2024 or 0x2027
            or 0xFE13 or 0xFE52 or 0xFE55 or 0xFF07 or 0xFF0E or 0xFF1A;
}
