using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// The one form of a lexicon, in memory and on disk; little-endian throughout.
/// <code>
/// header     64 bytes: magic, then int32: languages, entities, slots, words of the records, longest probe, hops; zeros
/// languages  32 bytes each, ordered by code: code (16 bytes, ASCII, zeros behind), int32: entities, UTF-16 units of the longest,
///            words of the longest, 1 where it is a pivot of 2-hop translation
/// slots      uint64 each, an open hash table: low half the low half of the text's hash, high half the record's number + 1; 0 = free
/// records    uint32 words, in the order of first appearance:
///              length of the text &lt;&lt; 16 | language
///              number of groups
///              the text in UTF-16, filled up to a word
///              a word per group: language &lt;&lt; 22 | translations in it; ordered by language
///              the translations: numbers of records, group by group, in order
/// </code>
/// The number of a record is the place of its first word. Nothing in the file is trusted: each number is checked where it is used.
/// </summary>
internal static class LexiconFormat
{
    public const int HeaderLength = 64;
    public const int LanguageLength = 32;
    public const int CodeLength = 16;
    public const int RecordHeaderWords = 2;
    public const int MostLanguages = 1 << (32 - CountBits);
    public const int CountBits = 22;
    public const int MostInGroup = (1 << CountBits) - 1;

    /// <summary>UTF-16 units. What is longer is a definition and no entry.</summary>
    public const int LongestText = 128;

    public static ReadOnlySpan<byte> Magic => "LlamaxL1"u8;

    public static long Length(int languages, int slots, int words) =>
        HeaderLength + ((long)languages * LanguageLength) + ((long)slots * sizeof(ulong)) + ((long)words * sizeof(uint));

    public static ulong Hash(int language, ReadOnlySpan<char> text) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), language + 1);

    /// <summary>Where the search for a hash begins among so many slots.</summary>
    public static int FirstSlot(ulong hash, int slots) => (int)(((hash >> 32) * (ulong)slots) >> 32);

    public static int TextWords(int length) => (length + 1) / 2;

    /// <summary>Translations in a group.</summary>
    public static int Count(uint group) => (int)(group & MostInGroup);
}
