using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Llamax.Runs;

namespace Llamax.Decoding.Translators;

/// <summary>
/// Translations that were made, in a file that only grows: the journal of a job that may be killed, or a cache between jobs. Records are
/// lines of JSON; a batch of them counts when the line behind it says so, and what a killed process left without it is cut off.
/// In memory it keeps 24 bytes per translation.
/// </summary>
public sealed class TranslationLog : IDisposable
{
    private static readonly byte[] Committed = "\"committed\"\n"u8.ToArray();

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly FileStream _file;
    private readonly Dictionary<UInt128, long> _places = [];
    private readonly bool _keepsProblems;

    private TranslationLog(FileStream file, bool keepsProblems) => (_file, _keepsProblems) = (file, keepsProblems);

    /// <summary>Opens or begins a log; nobody else may while it is open.</summary>
    /// <param name="path">The file; its folder is made.</param>
    /// <param name="keepsProblems">Whether texts that failed are kept too: a journal's are, a cache tries them again.</param>
    /// <exception cref="RequestException">Another process has it open, or it is no log.</exception>
    public static TranslationLog Open(string path, bool keepsProblems)
    {
        FileStream file;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            file = new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new RequestException(
                $"the log of translations cannot be opened: {failure.Message}", path,
                "check that no other job uses it and that you may write to it", failure);
        }

        var log = new TranslationLog(file, keepsProblems);
        try
        {
            log.ReadPlaces(path);
            return log;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>A log that ends with the process.</summary>
    public static TranslationLog Temporary() => new(
        new(
            Path.Combine(Path.GetTempPath(), $"llamax-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16,
            FileOptions.DeleteOnClose),
        keepsProblems: true);

    /// <summary>Translations in the log.</summary>
    public int Count => _places.Count;

    /// <summary>What a translation is kept under: everything that decides it.</summary>
    /// <param name="fingerprint">Names the model and every option.</param>
    /// <param name="request">The text, its direction and its constraints.</param>
    public static UInt128 Key(string fingerprint, TranslationRequest request)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> length = stackalloc byte[4];
        foreach (var part in (IEnumerable<string>)
            [fingerprint, request.Source, request.Target, request.Text, request.Prefix, .. request.Terms])
        {
            var bytes = Encoding.Unicode.GetBytes(part);
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            hash.AppendData(length);
            hash.AppendData(bytes);
        }

        return BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>The translation that is kept under a key, as the answer to a request; null where there is none.</summary>
    public Translation? Find(UInt128 key, TranslationRequest request)
    {
        if (!_places.TryGetValue(key, out var place))
            return null;
        _file.Position = place;
        var record = JsonSerializer.Deserialize<Record>(ReadLine()!, Json)!;
        return new(request, [.. record.Candidates.Select(c => new TranslationCandidate(c.Text, c.Score) { Count = c.Count + 1 })])
        {
            Problem = record.Problem,
            IsTooLong = record.IsTooLong,
            IsCut = record.IsCut,
        };
    }

    /// <summary>Keeps a batch, all of it or nothing.</summary>
    public void Append(IEnumerable<(UInt128 Key, Translation Translation)> batch)
    {
        var bytes = new ArrayBufferWriter<byte>();
        var places = new List<(UInt128, long)>();
        foreach (var (key, translation) in batch)
        {
            if (translation.Problem is not null && !_keepsProblems)
                continue;
            places.Add((key, _file.Length + bytes.WrittenCount));
            bytes.Write(JsonSerializer.SerializeToUtf8Bytes(Record.Of(key, translation), Json));
            bytes.Write("\n"u8);
        }

        if (places.Count == 0)
            return;
        bytes.Write(Committed);
        _file.Position = _file.Length;
        _file.Write(bytes.WrittenSpan);
        _file.Flush();
        foreach (var (key, place) in places)
            _places[key] = place;
    }

    /// <summary>Closes the file; one without records is deleted.</summary>
    public void Dispose()
    {
        if (!_file.CanRead)
            return; // closed already
        var (path, isEmpty) = (_file.Name, _file.Length == 0);
        _file.Dispose();
        if (isEmpty)
            File.Delete(path);
    }

    private void ReadPlaces(string path)
    {
        var whole = 0L;
        var pending = new List<(UInt128, long)>();
        for (var place = 0L; ReadLine() is { } line; place = _file.Position)
        {
            if (line.AsSpan().SequenceEqual(Committed.AsSpan()[..^1]))
            {
                foreach (var (key, where) in pending)
                    _places[key] = where;
                pending.Clear();
                whole = _file.Position;
            }
            else if (Record.KeyOf(line) is { } key)
            {
                pending.Add((key, place));
            }
            else if (whole == 0 && pending.Count == 0)
            {
                throw new RequestException(
                    "the file is no log of translations", path, "name another file, or delete it if nothing needs it");
            }
            else
            {
                break; // what a killed process wrote last
            }
        }

        _file.SetLength(whole);
    }

    /// <summary>The line at the position, without its end; null at the end of the file or where the line has none.</summary>
    private byte[]? ReadLine()
    {
        var line = new List<byte>(256);
        for (var value = _file.ReadByte(); value >= 0; value = _file.ReadByte())
        {
            if (value == '\n')
                return [.. line];
            line.Add((byte)value);
        }

        return null;
    }

    private sealed record Candidate(string Text, double Score, int Count);

    /// <summary>One line: the key as 32 hexadecimal digits; a candidate's count is how often it was found beyond once.</summary>
    private sealed record Record(string Key, Candidate[] Candidates, string? Problem, bool IsTooLong, bool IsCut)
    {
        public static Record Of(UInt128 key, Translation translation) => new(
            key.ToString("x32", CultureInfo.InvariantCulture),
            [.. translation.Candidates.Select(c => new Candidate(c.Text, c.Score, c.Count - 1))],
            translation.Problem,
            translation.IsTooLong,
            translation.IsCut);

        /// <summary>The key of a line; null where it is no record.</summary>
        public static UInt128? KeyOf(byte[] line)
        {
            try
            {
                return JsonSerializer.Deserialize<Record>(line, Json) is { Key: { Length: 32 } text, Candidates: not null }
                    && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var key)
                    ? key
                    : null;
            }
            catch (JsonException)
            {
                return null;
            }
        }
    }
}
