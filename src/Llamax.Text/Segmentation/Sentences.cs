using System.Globalization;
using System.Text;

namespace Llamax.Text.Segmentation;

/// <summary>
/// Sentences of running text in any of the paper's scripts, by the marks that end them (Unicode Standard Annex 29, Sentence_Terminal):
/// a full stop ends one where white space and no small letter follows, a mark of Chinese, Japanese, Indic, Arabic, Ethiopic, Khmer,
/// Burmese or Armenian wherever it stands. Thai and Lao have no mark; a space there is the best that there is, and is left alone.
/// </summary>
public static class Sentences
{
    /// <summary>Marks behind which white space must follow.</summary>
    private const string Stops = ".!?…‼⁇⁈⁉\u037E";

    /// <summary>Marks that end a sentence alone: 。！？｡ ।॥ ؟۔؞ ։ ።፧፨ ។៕ ။ ༎ ᱾᱿ and the like.</summary>
    private const string FullStops = "。！？｡．\u0964\u0965\u061F\u06D4\u061E\u0589\u1362\u1367\u1368\u17D4\u17D5\u104B\u0F0E\u1C7E\u1C7F";

    /// <summary>What may stand between the mark and the end: closing quotes and brackets.</summary>
    private const string Closers = "\"'”’»)]}」』）】〉》›";

    /// <summary>Abbreviations after which a sentence goes on; compared without case.</summary>
    private static readonly HashSet<string> Abbreviations = new(
        ("mr mrs ms dr prof st sr jr vs etc e.g i.e cf al fig vol pp approx dept gen col sgt capt lt rev hon gov sen rep inc ltd co corp "
        + "bzw ca usw z.b d.h u.a nr str hr fr evtl ggf inkl vgl sog mme mlle m p.ex sra srta ud uds pág núm art av dott sig "
        + "ing tzv např tj atd mj resp tzn np itd itp prof ul godz др проф т.е т.д т.п г гг ул им стр см руб тыс млн млрд").Split(' '),
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Abbreviations that are words as well: only a number goes on after them.</summary>
    private static readonly HashSet<string> BeforeNumbers = new(["no"], StringComparer.OrdinalIgnoreCase);

    /// <summary>The sentences of a text: each without the white space around it, in their order; only white space lies between them.</summary>
    public static IReadOnlyList<Range> Split(string text)
    {
        var sentences = new List<Range>();
        var start = SkipSpace(text, 0);
        for (var i = start; i < text.Length; i++)
        {
            if (!Ends(text, start, i, out var end))
                continue;
            sentences.Add(start..end);
            start = SkipSpace(text, end);
            i = start - 1;
        }

        if (start < text.Length)
            sentences.Add(start..text.AsSpan().TrimEnd().Length);
        return sentences;
    }

    /// <summary>Whether the mark at a place ends the sentence, and where the sentence ends with what closes it.</summary>
    private static bool Ends(string text, int start, int place, out int end)
    {
        end = place + 1;
        if (FullStops.Contains(text[place], StringComparison.Ordinal))
        {
            end = SkipClosers(text, SkipMarks(text, end));
            return true;
        }

        if (text[place] is '\n' && IsBlankLine(text, place))
        {
            end = place;
            while (end > start && char.IsWhiteSpace(text[end - 1]))
                end--;
            return end > start;
        }

        if (!Stops.Contains(text[place], StringComparison.Ordinal))
            return false;
        end = SkipClosers(text, SkipMarks(text, end));
        var next = SkipSpace(text, end);
        if (next == text.Length)
            return true;
        return next > end && !IsSmall(text, next) && !(text[place] == '.' && end == place + 1 && IsAbbreviated(text, start, place));
    }

    private static bool IsBlankLine(string text, int place)
    {
        for (var i = place + 1; i < text.Length && char.IsWhiteSpace(text[i]); i++)
            if (text[i] == '\n')
                return true;
        return false;
    }

    private static bool IsSmall(string text, int place)
    {
        while (place < text.Length - 1 && (Closers + "([{«„“‘¿¡—–-").Contains(text[place], StringComparison.Ordinal))
            place++;
        return Rune.TryGetRuneAt(text, place, out var rune) && Rune.GetUnicodeCategory(rune) == UnicodeCategory.LowercaseLetter;
    }

    /// <summary>Whether the word before a full stop is a known abbreviation, one letter, or the number of something.</summary>
    private static bool IsAbbreviated(string text, int start, int stop)
    {
        var from = stop;
        while (from > start && !char.IsWhiteSpace(text[from - 1]) && !"([\"'«„“".Contains(text[from - 1], StringComparison.Ordinal))
            from--;
        var word = text[from..stop];
        var next = SkipSpace(text, stop + 1);
        return Abbreviations.Contains(word)
            || (BeforeNumbers.Contains(word) && next < text.Length && char.IsAsciiDigit(text[next]))
            || (word.Length == 1 && char.IsUpper(word[0]) && word != "I")
            || (word.Length is 1 or 2 && word.All(char.IsAsciiDigit));   // "3. Oktober": an ordinal, or the number of a list
    }

    private static int SkipMarks(string text, int place)
    {
        while (place < text.Length && (Stops + FullStops).Contains(text[place], StringComparison.Ordinal))
            place++;
        return place;
    }

    private static int SkipClosers(string text, int place)
    {
        while (place < text.Length && Closers.Contains(text[place], StringComparison.Ordinal))
            place++;
        return place;
    }

    private static int SkipSpace(string text, int place)
    {
        while (place < text.Length && char.IsWhiteSpace(text[place]))
            place++;
        return place;
    }
}
