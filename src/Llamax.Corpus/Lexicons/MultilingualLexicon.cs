using System.Collections.Frozen;
using System.Runtime.InteropServices;
using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// The multilingual lexicon of the paper, §2.1, step 1: bilingual dictionaries reformatted to entities {entity}_{language}, each with its
/// translations in other languages. An entry counts in both directions: <c>en-fr: hello bonjour</c> translates hello_en to bonjour_fr and
/// bonjour_fr to hello_en. Immutable, safe from many threads; the same entries in the same order give the same bytes.
/// <para>
/// A view on <see cref="LexiconFormat"/>, built in memory or mapped from a file, which opens at once: nothing is read but what is
/// looked up, and every number of the file is checked where it is used.
/// </para>
/// </summary>
public sealed class MultilingualLexicon : IDisposable
{
    private readonly LexiconBytes _bytes;
    private readonly string _name;
    private readonly FrozenDictionary<string, int> _ranks;
    private readonly LexiconLanguage[] _languages;
    private readonly int _bucketsStart;
    private readonly int _buckets;
    private readonly int _words;

    private MultilingualLexicon(LexiconBytes bytes, string name)
    {
        (_bytes, _name) = (bytes, name);
        var all = bytes.Span;
        if (all.Length < LexiconFormat.HeaderLength || !all.StartsWith(LexiconFormat.Magic))
            throw new RequestException("this is no lexicon", name, "make one with llamax lexicon build");
        var header = MemoryMarshal.Cast<byte, int>(all[LexiconFormat.Magic.Length..LexiconFormat.HeaderLength]);
        var (languages, entities) = (header[0], header[1]);
        (_buckets, _words) = (header[2], header[3]);
        if (languages is < 0 or > LexiconFormat.MostLanguages || entities < 0 || _buckets < 1
            || _words / LexiconFormat.RecordHeaderWords < entities || header[4] is not (1 or 2))
            throw Broken("its header contradicts itself");
        var expected = LexiconFormat.Length(languages, _buckets, _words);
        if (expected != all.Length)
            throw Broken($"{all.Length} bytes found, {expected} expected");
        _bucketsStart = LexiconFormat.HeaderLength + (languages * LexiconFormat.LanguageLength);
        EntityCount = entities;

        _languages = new LexiconLanguage[languages];
        var rows = all[LexiconFormat.HeaderLength.._bucketsStart];
        var counted = 0L;
        for (var rank = 0; rank < languages; rank++)
        {
            _languages[rank] = ReadLanguage(rows.Slice(rank * LexiconFormat.LanguageLength, LexiconFormat.LanguageLength));
            counted += _languages[rank].Entities;
            if (rank > 0 && string.CompareOrdinal(_languages[rank - 1].Code, _languages[rank].Code) >= 0)
                throw Broken("its languages are not in order");
        }

        if (counted != entities)
            throw Broken("the entities of its languages are not those of its header");
        Languages = [.. _languages.Select(language => language.Code)];
        _ranks = Enumerable.Range(0, languages).ToFrozenDictionary(rank => _languages[rank].Code, StringComparer.Ordinal);
        EntityCounts = _languages.ToFrozenDictionary(language => language.Code, language => language.Entities, StringComparer.Ordinal);
        Hops = new() { Hops = header[4], Pivots = [.. _languages.Where(language => language.IsPivot).Select(language => language.Code)] };
    }

    /// <summary>Paper codes in ordinal order.</summary>
    public IReadOnlyList<string> Languages { get; }

    /// <summary>"# entity" of the paper's Table 2: entities by language.</summary>
    public IReadOnlyDictionary<string, int> EntityCounts { get; }

    /// <summary>Entities of all languages.</summary>
    public int EntityCount { get; }

    /// <summary>How far translations reach, and which of the lexicon's languages may stand between two hops.</summary>
    public LexiconHops Hops { get; }

    /// <summary>Every entity once, in an order that the entities decide.</summary>
    /// <exception cref="RequestException">The file is damaged.</exception>
    public IEnumerable<LexiconEntity> Entities
    {
        get
        {
            for (var number = 0; number < _words; number += WordsOf(number))
                yield return Entity(number);
        }
    }

    /// <summary>Every direct entry once.</summary>
    /// <exception cref="RequestException">The file is damaged.</exception>
    public IEnumerable<LexiconEntry> Entries
    {
        get
        {
            var translations = new List<ulong>();
            for (var number = 0; number < _words; number += WordsOf(number))
            {
                translations.Clear();
                AddDirect(Record(number), language: -1, own: -1, translations);
                var entity = Entity(number);
                foreach (var translation in translations.Select(one => (int)(uint)one).Where(other => other > number).Select(Entity))
                    yield return new(entity.Language, entity.Text, translation.Language, translation.Text);
            }
        }
    }

    /// <summary>
    /// A lexicon in memory. Every entry is lower-cased, trimmed, its words joined by one space; entries with an empty side, of one
    /// language, or longer than 128 UTF-16 units say nothing and are passed over.
    /// </summary>
    /// <exception cref="RequestException">An option breaks its rule, or the lexicon would be larger than 2 GiB.</exception>
    public static MultilingualLexicon Build(IEnumerable<LexiconEntry> entries, LexiconHops? hops = null)
    {
        hops ??= LexiconHops.One;
        OptionProblem.ThrowIfAny("lexicon", hops.Problems());
        var builder = new LexiconBuilder();
        foreach (var entry in entries)
            builder.Add(entry);
        return OfImage(LexiconImage.Write(builder, hops, out _), "lexicon");
    }

    /// <summary>Maps a lexicon that <see cref="LexiconBuild"/> or <see cref="Save"/> wrote.</summary>
    /// <param name="path">The file, or the folder that holds it as <c>lexicon.bin</c>.</param>
    /// <exception cref="RequestException">
    /// It is missing, no lexicon, or damaged in its header; damage elsewhere shows where it is met.
    /// </exception>
    public static MultilingualLexicon Open(string path)
    {
        var file = FileOf(path);
        path = file.ToString();
        if (file.Length is 0 or > int.MaxValue)
            throw new RequestException("this is no lexicon", path, "make one with llamax lexicon build");
        var bytes = new LexiconBytes(path, (int)file.Length);
        try
        {
            return new(bytes, path);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Names the content of a lexicon on disk.</summary>
    /// <param name="path">As in <see cref="Open"/>.</param>
    /// <exception cref="RequestException">It is missing.</exception>
    public static string HashOf(string path) => Runs.Manifests.Manifest.HashFile(FileOf(path).FullName);

    private static FileInfo FileOf(string path)
    {
        var file = new FileInfo(Directory.Exists(path) ? Path.Combine(path, LexiconBuild.FileName) : path);
        return file.Exists ? file
            : throw new RequestException("there is no such lexicon", file.ToString(), "make one with llamax lexicon build");
    }

    /// <param name="image">Pinned.</param>
    /// <param name="name">What messages call it.</param>
    internal static MultilingualLexicon OfImage(byte[] image, string name) => new(new LexiconBytes(image), name);

    /// <summary>Writes the lexicon to a file, whole or not at all.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream => stream.Write(_bytes.Span));

    /// <summary>
    /// The translations of an entity, within the hops, by language code; direct ones in the order of first appearance. Empty when it is
    /// unknown.
    /// </summary>
    /// <param name="language">Paper code.</param>
    /// <param name="text">In any case and spacing.</param>
    /// <exception cref="RequestException">The file is damaged.</exception>
    public IReadOnlyList<LexiconEntity> Translations(string language, string text)
    {
        if (Find(Rank(language), Normalize(text, language)) is not (var entity and >= 0))
            return [];
        var found = new List<ulong>();
        Collect(entity, language: -1, found);
        return [.. found.Select(translation => Entity((int)(uint)translation))];
    }

    /// <summary>Whether the lexicon knows a text that is spelt as it spells entities: lower case, one space between words.</summary>
    /// <exception cref="RequestException">The file is damaged.</exception>
    public bool Contains(string language, ReadOnlySpan<char> text) => Find(Rank(language), text) >= 0;

    /// <summary>How an entity of <paramref name="language"/> is spelt here: lower case, one space between words.</summary>
    internal static string Normalize(string text, string language)
    {
        if (text.Any(char.IsWhiteSpace))
            text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return LowerCase.Of(text, language);
    }

    /// <summary>The rank of a language in <see cref="Languages"/>; −1 when the lexicon has none of it.</summary>
    internal int Rank(string language) => _ranks.GetValueOrDefault(language, -1);

    internal LexiconLanguage Language(int rank) => _languages[rank];

    /// <summary>The number of a normalised entity; −1 when it is unknown. Allocates nothing.</summary>
    /// <param name="language">A rank; −1 knows nothing.</param>
    /// <param name="text">Lower case, one space between words.</param>
    internal int Find(int language, ReadOnlySpan<char> text)
    {
        if (language < 0 || text.Length > LexiconFormat.LongestText)
            return -1;
        var buckets = Buckets;
        var words = Words;
        var bucket = LexiconFormat.Bucket(LexiconFormat.Hash(language, text), buckets.Length - 1);
        var (place, end) = (buckets[bucket], buckets[bucket + 1]);
        if (end > (uint)words.Length)
            throw Broken($"bucket {bucket} lies outside");
        var key = LexiconFormat.Key(language, text.Length);
        var textWords = LexiconFormat.TextWords(text.Length);
        while (place < end && end - place >= LexiconFormat.RecordHeaderWords + textWords)
        {
            var record = words[(int)place..];
            var own = MemoryMarshal.Cast<uint, char>(record.Slice(LexiconFormat.RecordHeaderWords, textWords));
            if (record[0] == key && own[..text.Length].SequenceEqual(text))
                return (int)place;
            place += (uint)Math.Max(LexiconFormat.RecordHeaderWords, LexiconFormat.Count(record[1]));
        }

        return -1;
    }

    /// <summary>An entity's record, its bounds checked.</summary>
    /// <exception cref="RequestException">The file is damaged.</exception>
    internal LexiconRecord Record(int entity)
    {
        var words = Words;
        if ((uint)entity >= (uint)words.Length || words.Length - entity < LexiconFormat.RecordHeaderWords)
            throw Broken($"record {entity} lies outside");
        var (length, language) = ((int)(words[entity] >> 16), (int)(words[entity] & 0xFFFF));
        var (groups, count) = (LexiconFormat.High(words[entity + 1]), LexiconFormat.Count(words[entity + 1]));
        var textWords = LexiconFormat.TextWords(length);
        var translations = count - LexiconFormat.RecordHeaderWords - textWords - groups;
        if (length > LexiconFormat.LongestText || language >= _languages.Length || groups < 1 || translations < groups
            || count > words.Length - entity)
            throw Broken($"record {entity} breaks its bounds");
        var rest = words.Slice(entity + LexiconFormat.RecordHeaderWords, count - LexiconFormat.RecordHeaderWords);
        return new LexiconRecord(
            language, MemoryMarshal.Cast<uint, char>(rest[..textWords])[..length], rest.Slice(textWords, groups),
            rest[(textWords + groups)..]);
    }

    internal LexiconEntity Entity(int entity)
    {
        var record = Record(entity);
        return new(_languages[record.Language].Code, record.Text.ToString());
    }

    /// <summary>Adds the translations of an entity, within the hops, in order and each once.</summary>
    /// <param name="entity">A number that <see cref="Find"/> gave.</param>
    /// <param name="language">The rank of the language to add; −1 = all.</param>
    /// <param name="found">
    /// Cleared first. Each is the rank of its language (high half) and its number; after one hop in the order of the record, after two in
    /// the order of these values.
    /// </param>
    internal void Collect(int entity, int language, List<ulong> found)
    {
        found.Clear();
        var record = Record(entity);
        AddDirect(record, language, own: record.Language, found);
        if (Hops.Hops == 1)
            return;
        foreach (var group in record.Groups)
        {
            if (!IsPivot(Checked(group)))
                continue;
            foreach (var middle in Translations(record, group))
                AddDirect(Record((int)middle), language, own: record.Language, found);
        }

        found.Sort();
        var kept = 0;
        for (var i = 0; i < found.Count; i++)
            if (kept == 0 || found[kept - 1] != found[i])
                found[kept++] = found[i];
        found.RemoveRange(kept, found.Count - kept);
    }

    /// <summary>Marks the languages that an entity has translations in, within the hops; never its own.</summary>
    /// <param name="entity">A number that <see cref="Find"/> gave.</param>
    /// <param name="languages">A bit per rank.</param>
    internal void Mark(int entity, Span<ulong> languages)
    {
        var record = Record(entity);
        MarkDirect(record, languages);
        if (Hops.Hops == 1)
            return;
        foreach (var group in record.Groups)
            if (IsPivot(Checked(group)))
                foreach (var middle in Translations(record, group))
                    MarkDirect(Record((int)middle), languages);
        languages[record.Language / 64] &= ~(1UL << (record.Language % 64));
    }

    /// <summary>The rank of a group's language.</summary>
    internal int Checked(uint group)
    {
        var language = LexiconFormat.High(group);
        return language < _languages.Length ? language : throw Broken("a translation is of no language");
    }

    /// <summary>The numbers of the direct translations of a record in the language of one of its groups.</summary>
    internal ReadOnlySpan<uint> Translations(LexiconRecord record, uint group)
    {
        var start = 0L;
        foreach (var other in record.Groups)
        {
            if (other == group)
                break;
            start += LexiconFormat.Count(other);
        }

        var count = LexiconFormat.Count(group);
        if (count == 0 || start + count > record.Translations.Length)
            throw Broken("the translations of a record break its bounds");
        return record.Translations.Slice((int)start, count);
    }

    public void Dispose() => _bytes.Dispose();

    private void AddDirect(LexiconRecord record, int language, int own, List<ulong> found)
    {
        foreach (var group in record.Groups)
        {
            var other = Checked(group);
            if (other == own || (language >= 0 && other != language))
                continue;
            foreach (var translation in Translations(record, group))
                found.Add(((ulong)other << 32) | translation);
        }
    }

    private void MarkDirect(LexiconRecord record, Span<ulong> languages)
    {
        foreach (var group in record.Groups)
        {
            var language = Checked(group);
            languages[language / 64] |= 1UL << (language % 64);
        }
    }

    private bool IsPivot(int language) => _languages[language].IsPivot;

    private ReadOnlySpan<uint> Buckets =>
        MemoryMarshal.Cast<byte, uint>(_bytes.Span.Slice(_bucketsStart, (_buckets + 1) * sizeof(uint)));

    private ReadOnlySpan<uint> Words => MemoryMarshal.Cast<byte, uint>(_bytes.Span[(_bucketsStart + ((_buckets + 1) * sizeof(uint)))..]);

    /// <summary>Where the next record begins, from this one on.</summary>
    private int WordsOf(int entity)
    {
        var record = Record(entity);
        return LexiconFormat.RecordHeaderWords + LexiconFormat.TextWords(record.Text.Length) + record.Groups.Length
            + record.Translations.Length;
    }

    private LexiconLanguage ReadLanguage(ReadOnlySpan<byte> row)
    {
        var code = row[..LexiconFormat.CodeLength];
        var length = code.IndexOf((byte)0) is var end and >= 0 ? end : code.Length;
        var numbers = MemoryMarshal.Cast<byte, int>(row[LexiconFormat.CodeLength..]);
        if (length == 0 || !Ascii.IsValid(code) || code[length..].ContainsAnyExcept((byte)0)
            || numbers[0] < 0 || numbers[1] is < 0 or > LexiconFormat.LongestText || numbers[2] is < 0 or > LexiconFormat.LongestText
            || numbers[3] is not (0 or 1))
            throw Broken("a row of its languages contradicts itself");
        return new(Encoding.ASCII.GetString(code[..length]), numbers[0], numbers[1], numbers[2], numbers[3] == 1);
    }

    private RequestException Broken(string what) => new($"the lexicon is damaged: {what}", _name, "build the lexicon again");
}
