using System.Runtime.InteropServices;
using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Lexicons;

/// <summary>Lays out a lexicon as <see cref="LexiconFormat"/> says: the same entries in the same order give the same bytes.</summary>
internal static class LexiconImage
{
    // Three fifths of the slots are taken: most searches end at the first.
    private const double SlotsPerEntity = 5 / 3.0;

    /// <exception cref="RequestException">The lexicon would be larger than 2 GiB.</exception>
    public static byte[] Write(LexiconBuilder builder, LexiconHops hops, out LexiconTranslations translations)
    {
        string[] languages = [.. builder.Languages.Order(StringComparer.Ordinal)];
        int[] rankOf = [.. builder.Languages.Select(language => Array.BinarySearch(languages, language, StringComparer.Ordinal))];
        translations = new LexiconTranslations(builder, rankOf);
        var records = RecordNumbers(builder, translations, out var words);
        var slots = (int)(builder.Texts.Count * SlotsPerEntity) + 1;
        var length = LexiconFormat.Length(languages.Length, slots, words);
        if (length > Array.MaxLength)
            throw new RequestException("the lexicon is larger than 2 GiB", "lexicon", "choose languages, or fewer sources");

        var bytes = LexiconBytes.Allocate((int)length);
        var rest = bytes.AsSpan(LexiconFormat.HeaderLength);
        WriteLanguages(builder, rankOf, languages, hops, rest);
        rest = rest[(languages.Length * LexiconFormat.LanguageLength)..];
        var longestProbe = WriteSlots(builder, rankOf, records, MemoryMarshal.Cast<byte, ulong>(rest[..(slots * sizeof(ulong))]));
        WriteRecords(builder, rankOf, records, translations, MemoryMarshal.Cast<byte, uint>(rest[(slots * sizeof(ulong))..]));

        LexiconFormat.Magic.CopyTo(bytes);
        ReadOnlySpan<int> header = [languages.Length, builder.Texts.Count, slots, words, longestProbe, hops.Hops];
        header.CopyTo(MemoryMarshal.Cast<byte, int>(bytes.AsSpan(LexiconFormat.Magic.Length..LexiconFormat.HeaderLength)));
        return bytes;
    }

    private static int[] RecordNumbers(LexiconBuilder builder, LexiconTranslations translations, out int words)
    {
        var numbers = new int[builder.Texts.Count];
        var next = 0L;
        for (var entity = 0; entity < numbers.Length; entity++)
        {
            numbers[entity] = (int)Math.Min(next, int.MaxValue);
            var own = translations.Of(entity);
            next += LexiconFormat.RecordHeaderWords + LexiconFormat.TextWords(builder.Texts[entity].Length) + Groups(own) + own.Length;
        }

        words = (int)Math.Min(next, int.MaxValue);
        return numbers;
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

    private static int WriteSlots(LexiconBuilder builder, int[] rankOf, int[] records, Span<ulong> slots)
    {
        var longest = 0;
        for (var entity = 0; entity < records.Length; entity++)
        {
            var hash = LexiconFormat.Hash(rankOf[builder.LanguageOf[entity]], builder.Texts[entity]);
            var slot = LexiconFormat.FirstSlot(hash, slots.Length);
            var probe = 0;
            for (; slots[slot] != 0; probe++)
                slot = slot + 1 == slots.Length ? 0 : slot + 1;
            slots[slot] = (uint)hash | ((ulong)(records[entity] + 1) << 32);
            longest = Math.Max(longest, probe);
        }

        return longest;
    }

    private static void WriteRecords(
        LexiconBuilder builder, int[] rankOf, int[] records, LexiconTranslations translations, Span<uint> output)
    {
        for (var entity = 0; entity < records.Length; entity++)
        {
            var text = builder.Texts[entity];
            var own = translations.Of(entity);
            var record = output[records[entity]..];
            record[0] = ((uint)text.Length << 16) | (uint)rankOf[builder.LanguageOf[entity]];
            record[1] = (uint)Groups(own);
            var rest = record[LexiconFormat.RecordHeaderWords..];
            text.CopyTo(MemoryMarshal.Cast<uint, char>(rest));
            var groups = rest[LexiconFormat.TextWords(text.Length)..];
            var targets = groups[(int)record[1]..];
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
