using System.Runtime.InteropServices;
using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Lexicons;

/// <summary>Lays out a lexicon as <see cref="LexiconFormat"/> says: the same entries in the same order give the same bytes.</summary>
internal static class LexiconImage
{
    private const int EntitiesPerBucket = 2;

    /// <exception cref="RequestException">The lexicon would be larger than 2 GiB.</exception>
    public static byte[] Write(LexiconBuilder builder, LexiconHops hops, out LexiconTranslations translations)
    {
        string[] languages = [.. builder.Languages.Order(StringComparer.Ordinal)];
        int[] rankOf = [.. builder.Languages.Select(language => Array.BinarySearch(languages, language, StringComparer.Ordinal))];
        translations = new LexiconTranslations(builder, rankOf);
        var entities = builder.Texts.Count;
        var buckets = (entities / EntitiesPerBucket) + 1;
        var bucketOf = new int[entities];
        for (var entity = 0; entity < entities; entity++)
            bucketOf[entity] = LexiconFormat.Bucket(LexiconFormat.Hash(rankOf[builder.LanguageOf[entity]], builder.Texts[entity]), buckets);
        var order = Enumerable.Range(0, entities).ToArray();
        Array.Sort([.. bucketOf.Select((bucket, entity) => ((long)bucket << 32) | (uint)entity)], order);
        var records = RecordNumbers(builder, translations, order, out var words);
        var length = LexiconFormat.Length(languages.Length, buckets, words);
        if (length > Array.MaxLength)
            throw new RequestException("the lexicon is larger than 2 GiB", "lexicon", "choose languages, or fewer sources");

        var bytes = LexiconBytes.Allocate((int)length);
        LexiconFormat.Magic.CopyTo(bytes);
        ReadOnlySpan<int> header = [languages.Length, entities, buckets, words, hops.Hops];
        header.CopyTo(MemoryMarshal.Cast<byte, int>(bytes.AsSpan(LexiconFormat.Magic.Length..LexiconFormat.HeaderLength)));
        WriteLanguages(builder, rankOf, languages, hops, bytes.AsSpan(LexiconFormat.HeaderLength));
        var rest = MemoryMarshal.Cast<byte, uint>(
            bytes.AsSpan(LexiconFormat.HeaderLength + (languages.Length * LexiconFormat.LanguageLength)));
        WriteBuckets(bucketOf, order, records, words, rest[..(buckets + 1)]);
        WriteRecords(builder, rankOf, records, translations, rest[(buckets + 1)..]);
        return bytes;
    }

    /// <summary>By entity: where its record lies.</summary>
    private static int[] RecordNumbers(LexiconBuilder builder, LexiconTranslations translations, int[] order, out int words)
    {
        var numbers = new int[order.Length];
        var next = 0L;
        foreach (var entity in order)
        {
            // Beyond the limit the numbers mean nothing: the caller refuses.
            numbers[entity] = (int)Math.Min(next, int.MaxValue);
            next += RecordWords(builder.Texts[entity], translations.Of(entity));
        }

        words = (int)Math.Min(next, int.MaxValue);
        return numbers;
    }

    private static int RecordWords(string text, ReadOnlySpan<ulong> translations)
    {
        var words = LexiconFormat.RecordHeaderWords + LexiconFormat.TextWords(text.Length) + Groups(translations) + translations.Length;
        return words <= LexiconFormat.MostInGroup
            ? words
            : throw new RequestException("it has over four million translations", text, "this is no dictionary: check the file's columns");
    }

    private static int Groups(ReadOnlySpan<ulong> translations)
    {
        var (groups, last) = (0, -1);
        foreach (var translation in translations)
        {
            if (LexiconTranslations.Language(translation) != last)
                groups++;
            last = LexiconTranslations.Language(translation);
        }

        return groups;
    }

    private static void WriteLanguages(LexiconBuilder builder, int[] rankOf, string[] languages, LexiconHops hops, Span<byte> output)
    {
        var (entities, longest, words) = (new int[languages.Length], new int[languages.Length], new int[languages.Length]);
        for (var entity = 0; entity < builder.Texts.Count; entity++)
        {
            var (text, rank) = (builder.Texts[entity], rankOf[builder.LanguageOf[entity]]);
            entities[rank]++;
            longest[rank] = Math.Max(longest[rank], text.Length);
            words[rank] = Math.Max(words[rank], 1 + text.AsSpan().Count(' '));
        }

        for (var rank = 0; rank < languages.Length; rank++)
        {
            var row = output.Slice(rank * LexiconFormat.LanguageLength, LexiconFormat.LanguageLength);
            Encoding.ASCII.GetBytes(languages[rank], row);
            var isPivot = hops.Hops == 2 && hops.Pivots.Contains(languages[rank]);
            ReadOnlySpan<int> numbers = [entities[rank], longest[rank], words[rank], isPivot ? 1 : 0];
            numbers.CopyTo(MemoryMarshal.Cast<byte, int>(row[LexiconFormat.CodeLength..]));
        }
    }

    private static void WriteBuckets(int[] bucketOf, int[] order, int[] records, int words, Span<uint> output)
    {
        var bucket = 0;
        foreach (var entity in order)
            while (bucket <= bucketOf[entity])
                output[bucket++] = (uint)records[entity];
        output[bucket..].Fill((uint)words);
    }

    private static void WriteRecords(
        LexiconBuilder builder, int[] rankOf, int[] records, LexiconTranslations translations, Span<uint> output)
    {
        for (var entity = 0; entity < records.Length; entity++)
        {
            var text = builder.Texts[entity];
            var own = translations.Of(entity);
            var record = output[records[entity]..];
            var count = Groups(own);
            record[0] = LexiconFormat.Key(rankOf[builder.LanguageOf[entity]], text.Length);
            record[1] = ((uint)count << LexiconFormat.CountBits) | (uint)RecordWords(text, own);
            var rest = record[LexiconFormat.RecordHeaderWords..];
            text.CopyTo(MemoryMarshal.Cast<uint, char>(rest));
            var groups = rest[LexiconFormat.TextWords(text.Length)..];
            var targets = groups[count..];
            var group = -1;
            for (var i = 0; i < own.Length; i++)
            {
                var language = LexiconTranslations.Language(own[i]);
                if (i == 0 || language != LexiconTranslations.Language(own[i - 1]))
                    groups[++group] = (uint)language << LexiconFormat.CountBits;
                groups[group]++;
                targets[i] = (uint)records[LexiconTranslations.Entity(own[i])];
            }
        }
    }
}
