using System.Globalization;
using System.Text;

namespace Llamax.Corpus.Cleaning;

/// <summary>What filters ask about a character.</summary>
[Flags]
internal enum CharacterKind : byte
{
    None = 0,
    Letter = 1,
    Mark = 2,
    Number = 4,
    Punctuation = 8,
    Symbol = 16,
    Space = 32,

    /// <summary>
    /// A control or an invisible sign that text does not need; joiners, which Indic and Arabic text needs, are not
    /// meant.
    /// </summary>
    Invisible = 64,

    /// <summary>
    /// Half of a pair, the replacement character, a noncharacter or a private one: the text was damaged before it came
    /// here.
    /// </summary>
    Invalid = 128,
}

/// <summary>The kinds of all characters, looked up in a table: these questions are asked for every character of a corpus.</summary>
internal static class CharacterKinds
{
    private static readonly CharacterKind[] Table = [.. Enumerable.Range(0, 1 << 16).Select(code => Of((char)code))];

    /// <summary>The kind of the character at a place, and how many UTF-16 units it takes.</summary>
    public static CharacterKind At(ReadOnlySpan<char> text, int place, out int length)
    {
        length = 1;
        var unit = text[place];
        if (!char.IsSurrogate(unit))
            return Table[unit];
        if (Rune.DecodeFromUtf16(text[place..], out var rune, out length) != System.Buffers.OperationStatus.Done)
            return CharacterKind.Invalid;
        return (rune.Value & 0xFFFE) == 0xFFFE ? CharacterKind.Invalid : Of(Rune.GetUnicodeCategory(rune));
    }

    /// <summary>The kind of one UTF-16 unit; <see cref="CharacterKind.Invalid"/> for half of a pair.</summary>
    public static CharacterKind OfUnit(char unit) => Table[unit];

    private static CharacterKind Of(char unit) => unit switch
    {
        '\uFFFD' or >= '\uFDD0' and <= '\uFDEF' or >= '\uFFFE' => CharacterKind.Invalid,
        '\u00AD' or '\u200B' or '\u2060' or '\uFEFF' => CharacterKind.Invisible, // soft hyphen, empty spaces
        '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') => CharacterKind.Invisible, // directions
        _ when char.IsWhiteSpace(unit) => CharacterKind.Space,
        _ => Of(char.GetUnicodeCategory(unit)),
    };

    private static CharacterKind Of(UnicodeCategory category) => category switch
    {
        <= UnicodeCategory.OtherLetter => CharacterKind.Letter,
        <= UnicodeCategory.EnclosingMark => CharacterKind.Mark,
        <= UnicodeCategory.OtherNumber => CharacterKind.Number,
        UnicodeCategory.SpaceSeparator or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => CharacterKind.Space,
        UnicodeCategory.Control => CharacterKind.Invisible,
        UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse => CharacterKind.Invalid,
        >= UnicodeCategory.ConnectorPunctuation and <= UnicodeCategory.OtherPunctuation => CharacterKind.Punctuation,
        >= UnicodeCategory.MathSymbol and <= UnicodeCategory.OtherSymbol => CharacterKind.Symbol,
        _ => CharacterKind.None,
    };
}
