using System.Globalization;
using System.IO.Compression;
using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>A line of a text; the text is null where the line is malformed and already counted.</summary>
internal readonly record struct FileLine(long Number, string? Text);

/// <summary>
/// The lines of a text, streamed: strict UTF-8, LF or CRLF, a byte order mark at the start is dropped. A carriage return inside a line
/// belongs to the line.
/// </summary>
internal static class CorpusFile
{
    /// <summary>A longer line is no sentence but a wrong file; it would only fill the memory.</summary>
    internal const int LongestLineBytes = 64 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Every line of a file, plain or gzip (recognised by its first bytes), in order, malformed ones as null, so that files which are
    /// parallel by line stay so.
    /// </summary>
    /// <exception cref="RequestException">The file cannot be read: missing, a folder, damaged gzip, a line of more than 64 MiB.</exception>
    public static IEnumerable<FileLine> Lines(string path, MalformedLines malformed, CancellationToken cancellation = default) =>
        Lines(() => Open(path), path, malformed, cancellation);

    /// <summary>As the other, from a stream; it is opened with the first line and closed with the last.</summary>
    public static IEnumerable<FileLine> Lines(
        Func<Stream> open, string name, MalformedLines malformed, CancellationToken cancellation)
    {
        using var stream = open();
        var buffer = new byte[1 << 16];
        var (start, searched, end, number) = (0, 0, 0, 0L);
        while (true)
        {
            var length = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var lineEnd = searched + length;
                yield return new FileLine(++number, Decode(buffer.AsSpan(start, lineEnd - start), name, number, malformed));
                start = searched = lineEnd + 1;
                continue;
            }

            // No line end in the buffer: move what is left to its front and read on.
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, searched, end) = (0, end - start, end - start);
            if (end >= LongestLineBytes)
                throw new RequestException(
                    $"a line of over {LongestLineBytes >> 20} MiB",
                    Origin(name, number + 1),
                    "check that this is a text file with line ends");
            if (end == buffer.Length)
                Array.Resize(ref buffer, 2 * buffer.Length);
            var read = Read(stream, buffer.AsMemory(end), name, cancellation);
            end += read;
            if (read > 0)
                continue;
            if (end > 0)
                yield return new FileLine(number + 1, Decode(buffer.AsSpan(0, end), name, number + 1, malformed));
            yield break;
        }
    }

    /// <summary>File and line, as every message and <see cref="SentencePair.Origin"/> names them.</summary>
    public static string Origin(string name, long line) => string.Create(CultureInfo.InvariantCulture, $"{name}:{line}");

    /// <summary>The file itself or, where it does not exist, the same name with <c>.gz</c>; null when neither exists.</summary>
    public static string? PlainOrCompressed(string path) =>
        File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;

    private static string? Decode(ReadOnlySpan<byte> line, string name, long number, MalformedLines malformed)
    {
        if (number == 1 && line.StartsWith(Encoding.UTF8.Preamble))
            line = line[Encoding.UTF8.Preamble.Length..];
        if (line is [.., (byte)'\r'])
            line = line[..^1];
        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException error)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"no valid UTF-8 at byte {error.Index + 1} of the line");
            malformed.Add(Origin(name, number), what, "convert it to UTF-8, for example with iconv");
            return null;
        }
    }

    private static Stream Open(string path)
    {
        if (!File.Exists(path))
        {
            var found = Directory.Exists(path) ? "a folder was found, a file expected" : "there is no such file";
            throw new RequestException(found, path, "check the path");
        }

        var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
        if (!file.CanSeek)
            return file; // a named pipe gives its first bytes once
        Span<byte> magic = stackalloc byte[4];
        magic = magic[..file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false)];
        file.Position = 0;
        switch (magic)
        {
            case [0x1F, 0x8B, ..]:
                return new GZipStream(file, CompressionMode.Decompress);
            case [0x28, 0xB5, 0x2F, 0xFD]:
                file.Dispose();
                throw new RequestException("this is Zstandard, which is not read here", path, "decompress it, or compress it with gzip");
            default:
                return file;
        }
    }

    private static int Read(Stream stream, Memory<byte> buffer, string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            // A pipe cannot be called back from waiting; whoever waits for it can.
            return stream.CanSeek || !cancellation.CanBeCanceled
                ? stream.Read(buffer.Span)
                : Task.Run(() => stream.Read(buffer.Span), CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (InvalidDataException error)
        {
            throw new RequestException("the gzip data is damaged or cut off", name, "fetch the file again", error);
        }
    }
}
