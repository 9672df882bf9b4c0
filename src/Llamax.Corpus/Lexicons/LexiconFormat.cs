using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// The one form of a lexicon, in memory and on disk; little-endian throughout.
/// <code>
/// header     64 bytes: magic, then int32: languages, entities, buckets, words of the records, hops; zeros
/// languages  32 bytes each, ordered by code: code (16 bytes, ASCII, zeros behind), int32: entities, UTF-16 units of the longest,
///            words of the longest, 1 where it is a pivot of 2-hop translation
/// buckets    uint32 each: where the records begin whose hash falls into it; one more for the end
/// records    uint32 words, bucket by bucket and then in the order of first appearance:
///              length of the text &lt;&lt; 16 | language
///              number of groups &lt;&lt; 22 | words of the record
///              the text in UTF-16, filled up to a word
///              a word per group: language &lt;&lt; 22 | translations in it; ordered by language
///              the translations: numbers of records, group by group, in the order of first appearance
/// </code>
/// The number of a record is the place of its first word. A bucket holds two records on average, side by side: a look-up waits for the
/// memory once, because the table of buckets is small. Nothing in the file is trusted: each number is checked where it is used.
/// </summary>
internal static class LexiconFormat
{
    public const int HeaderLength = 64;
    public const int LanguageLength = 32;
    public const int CodeLength = 16;
    public const int RecordHeaderWords = 2;
    public const int MostLanguages = 1 << (32 - CountBits);
    public const int CountBits = 22;

    /// <summary>Translations in a group, and words of a record.</summary>
    public const int MostInGroup = (1 << CountBits) - 1;

    /// <summary>UTF-16 units. What is longer is a definition and no entry.</summary>
    public const int LongestText = 128;

    public static ReadOnlySpan<byte> Magic => "LlamaxL1"u8;

    public static long Length(int languages, int buckets, int words) =>
        HeaderLength + ((long)languages * LanguageLength) + (((long)buckets + 1 + words) * sizeof(uint));

    public static ulong Hash(int language, ReadOnlySpan<char> text) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(text), language + 1);

    public static int Bucket(ulong hash, int buckets) => (int)Math.BigMul(hash, (ulong)buckets, out _);

    public static int TextWords(int length) => (length + 1) / 2;

    /// <summary>The low part of a word: translations in a group, words of a record.</summary>
    public static int Count(uint word) => (int)(word & MostInGroup);

    /// <summary>The high part of a word: the language of a group, the number of groups of a record.</summary>
    public static int High(uint word) => (int)(word >> CountBits);

    public static uint Key(int language, int length) => ((uint)length << 16) | (uint)language;
}
