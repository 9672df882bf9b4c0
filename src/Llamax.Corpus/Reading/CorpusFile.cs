using System.Globalization;
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
    /// <summary>A longer line is no sentence or document but a wrong file; it would only fill the memory.</summary>
    internal const int LongestLineBytes = 16 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// Every line of a file, plain, gzip or Zstandard (recognised by its first bytes), in order, malformed ones as null, so that files
    /// which are parallel by line stay so.
    /// </summary>
    /// <exception cref="RequestException">The file cannot be read: missing, a folder, compressed data damaged, UTF-16.</exception>
    public static IEnumerable<FileLine> Lines(string path, MalformedLines malformed, CancellationToken cancellation = default) =>
        Lines(() => CorpusStream.Open(path), CorpusStream.NameOf(path), malformed, cancellation);

    /// <summary>As the other, from a stream; it is opened with the first line and closed with the last.</summary>
    public static IEnumerable<FileLine> Lines(
        Func<Stream> open, string name, MalformedLines malformed, CancellationToken cancellation)
    {
        using var stream = open();
        var buffer = new byte[1 << 16];
        var (start, searched, end, number) = (0, 0, 0, 0L);
        var tooLong = false;
        while (true)
        {
            var length = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (length >= 0)
            {
                var lineEnd = searched + length;
                number++;
                yield return tooLong
                    ? TooLong(name, number, malformed)
                    : new(number, Decode(buffer.AsSpan(start, lineEnd - start), name, number, malformed));
                (start, searched, tooLong) = (lineEnd + 1, lineEnd + 1, false);
                continue;
            }

            // No line end in the buffer: move what is left to its front and read on; of a line that is too long nothing is kept.
            tooLong |= end - start >= LongestLineBytes;
            var kept = tooLong ? 0 : end - start;
            buffer.AsSpan(start, kept).CopyTo(buffer);
            (start, searched, end) = (0, kept, kept);
            if (end == buffer.Length)
                Array.Resize(ref buffer, Math.Min(2 * buffer.Length, LongestLineBytes));
            var read = CorpusStream.Read(stream, buffer.AsMemory(end), name, cancellation);
            end += read;
            if (read > 0)
                continue;
            if (tooLong)
                yield return TooLong(name, number + 1, malformed);
            else if (end > 0)
                yield return new(number + 1, Decode(buffer.AsSpan(0, end), name, number + 1, malformed));
            yield break;
        }
    }

    /// <summary>File and line, as every message and <see cref="SentencePair.Origin"/> names them.</summary>
    public static string Origin(string name, long line) => string.Create(CultureInfo.InvariantCulture, $"{name}:{line}");

    /// <summary>The file itself or, where it does not exist, the same name with <c>.gz</c> or <c>.zst</c>; null when none exists.</summary>
    public static string? PlainOrCompressed(string path) =>
        new[] { path, path + ".gz", path + ".zst" }.FirstOrDefault(File.Exists);

    private static string? Decode(ReadOnlySpan<byte> line, string name, long number, MalformedLines malformed)
    {
        if (number == 1)
        {
            if (line is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..])
                throw new RequestException("this text is in UTF-16", name, "convert it: iconv -f UTF-16 -t UTF-8");
            if (line.StartsWith(Encoding.UTF8.Preamble))
                line = line[Encoding.UTF8.Preamble.Length..];
        }

        if (line is [.., (byte)'\r'])
            line = line[..^1];
        // A single NUL is a character as others are; a line that is full of them is something else than UTF-8.
        if (line.Count((byte)0) * 3 > line.Length)
        {
            malformed.Add(name, number, "a line full of NUL bytes: no text, or UTF-16", "check what file this is, or convert it with iconv");
            return null;
        }

        try
        {
            return Strict.GetString(line);
        }
        catch (DecoderFallbackException error)
        {
            var what = string.Create(CultureInfo.InvariantCulture, $"no valid UTF-8 at byte {error.Index + 1} of the line");
            malformed.Add(name, number, what, "convert it to UTF-8, for example with iconv");
            return null;
        }
    }

    private static FileLine TooLong(string name, long number, MalformedLines malformed)
    {
        malformed.Add(name, number, $"a line of over {LongestLineBytes >> 20} MiB", "check that this is a text file with line ends");
        return new(number, null);
    }
}
