using System.IO.Compression;
using System.Text.Json;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Languages;
using ZstdSharp;

namespace Llamax.Corpus.Catalogue;

/// <summary>What a file looks like to somebody who was given it without a word.</summary>
public sealed record FileDescription
{
    private static readonly (byte[] Magic, string Format)[] Magics =
    [
        ("PAR1"u8.ToArray(), "Parquet"),
        ("GGUF"u8.ToArray(), "GGUF model"),
        ("PK\u0003\u0004"u8.ToArray(), "zip archive"),
        ([0xBA, 0x16, 0x4F, 0x2F], "fastText model"),
    ];

    public required string Path { get; init; }

    /// <summary>For example <c>plain text</c>, <c>TSV</c>, <c>JSON lines</c>, <c>safetensors</c>.</summary>
    public required string Format { get; init; }

    /// <summary><c>gzip</c>, <c>Zstandard</c> or empty.</summary>
    public string Compression { get; init; } = "";

    /// <summary>On disk.</summary>
    public long Bytes { get; init; }

    /// <summary>Null where the format has no lines.</summary>
    public long? Lines { get; init; }

    /// <summary>Lines of white space alone.</summary>
    public long EmptyLines { get; init; }

    /// <summary>Lines that are no UTF-8, hold a NUL, or are too long.</summary>
    public long MalformedLines { get; init; }

    /// <summary>The first of them, with the reason.</summary>
    public IReadOnlyList<string> MalformedExamples { get; init; } = [];

    /// <summary>Columns between tabs: the fewest and the most that a line has.</summary>
    public (int Least, int Most) Columns { get; init; } = (1, 1);

    /// <summary>
    /// Per column, the script of most cells and their share of all cells with letters; empty where nothing has letters.
    /// </summary>
    public IReadOnlyList<ColumnScript> Scripts { get; init; } = [];

    /// <summary>Describes a file, or every file below a folder in the order of their paths.</summary>
    /// <exception cref="RequestException">Nothing is there, or a file cannot be read.</exception>
    public static IEnumerable<FileDescription> OfAll(string path, CancellationToken cancellation = default)
    {
        if (File.Exists(path))
            return [Of(path, cancellation)];
        if (!Directory.Exists(path))
            throw new RequestException("nothing is there", path, "check the path");
        return Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal)
            .Select(file => Of(file, cancellation));
    }

    private static FileDescription Of(string path, CancellationToken cancellation)
    {
        var head = new byte[4096];
        var compression = Start(path, head, cancellation, out var length);
        var name = CorpusFormats.WithoutCompression(path);
        var format = BinaryFormat(head.AsSpan(0, length), name);
        if (format.Length == 0)
            format = CorpusFormats.OfName(name) switch { CorpusFormat.Tmx => "TMX", CorpusFormat.Xliff => "XLIFF", _ => "" };
        if (format.Length == 0 && Extension(name) is ".json" or ".tar" or ".bin")
            format = Extension(name)[1..];
        var description = new FileDescription
        {
            Path = path,
            Format = format,
            Compression = compression,
            Bytes = new FileInfo(path).Length,
        };
        return format.Length > 0 ? description : Text(description, cancellation);
    }

    /// <summary>Reads what the file begins with, decompressed.</summary>
    private static string Start(string path, byte[] head, CancellationToken cancellation, out int length)
    {
        using var stream = CorpusStream.Open(path);
        length = 0;
        for (int read; length < head.Length && (read = CorpusStream.Read(stream, head.AsMemory(length), path, cancellation)) > 0;)
            length += read;
        return stream switch { GZipStream => "gzip", DecompressionStream => "Zstandard", _ => "" };
    }

    /// <summary>Empty where the file is text.</summary>
    private static string BinaryFormat(ReadOnlySpan<byte> start, string name)
    {
        foreach (var (magic, format) in Magics)
            if (start.StartsWith(magic))
                return format;
        if (Extension(name) == ".safetensors")
            return "safetensors";
        if (Extension(name) == ".model" && start is [0x0A, ..])
            return "SentencePiece model";
        return start.Contains((byte)0) ? "binary" : "";
    }

    // A table has a few; a file of tabs must not fill the memory.
    private const int JudgedColumns = 256;

    private static FileDescription Text(FileDescription description, CancellationToken cancellation)
    {
        var malformed = new MalformedLines();
        var (lines, empty, objects, least, most) = (0L, 0L, 0L, int.MaxValue, 0);
        var columns = new List<Dictionary<string, long>>();
        foreach (var line in CorpusFile.Lines(description.Path, malformed, cancellation))
        {
            lines++;
            if (line.Text is not { } text)
                continue;
            if (string.IsNullOrWhiteSpace(text))
            {
                empty++;
                continue;
            }

            if (text[0] == '{' && IsJson(text))
            {
                objects++;
                continue;
            }

            var cells = text.Split('\t');
            (least, most) = (Math.Min(least, cells.Length), Math.Max(most, cells.Length));
            for (var column = 0; column < Math.Min(cells.Length, JudgedColumns); column++)
            {
                if (columns.Count == column)
                    columns.Add([]);
                if (ScriptDetector.Dominant(cells[column]) is { } script)
                    columns[column][script] = columns[column].GetValueOrDefault(script) + 1;
            }
        }

        var isJsonLines = objects > 0 && most == 0;
        return description with
        {
            Format = lines == 0 ? "empty" : isJsonLines ? "JSON lines" : most > 1 ? "TSV" : "plain text",
            Lines = lines,
            EmptyLines = empty,
            MalformedLines = malformed.Count,
            MalformedExamples = malformed.Examples,
            Columns = most == 0 ? (1, 1) : (least, most),
            Scripts = columns.Exists(tally => tally.Count > 0) ? [.. columns.Select(ColumnScript.Of)] : [],
        };
    }

    private static bool IsJson(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Extension(string name) => System.IO.Path.GetExtension(name).ToLowerInvariant();
}
