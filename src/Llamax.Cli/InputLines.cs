using System.Globalization;
using System.IO.Compression;
using System.Text;
using Llamax.Runs;

namespace Llamax.Cli;

/// <summary>A line of an input.</summary>
/// <param name="Text">The line without its end.</param>
/// <param name="Origin">File and line, as in <c>hyp.txt:17</c>, for messages.</param>
internal readonly record struct InputLine(string Text, string Origin);

/// <summary>
/// The lines that a verb is given: a file (plain or gzip), or standard input where no file is named. Strict UTF-8, LF or CRLF; read as
/// they come.
/// </summary>
internal static class InputLines
{
    /// <summary>How standard input is named on the command line.</summary>
    internal const string StandardInput = "-";

    private const int LongestLineBytes = 64 << 20;

    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <param name="path">A file; null or <c>-</c> = standard input.</param>
    /// <param name="cancellation">Ends the waiting for standard input too.</param>
    /// <exception cref="RequestException">The file cannot be read, or a line is no UTF-8.</exception>
    internal static IEnumerable<InputLine> Read(string? path, CancellationToken cancellation)
    {
        var name = path is null or StandardInput ? "stdin" : path;
        using var stream = Open(path);
        var buffer = new byte[1 << 16];
        var (start, end, number) = (0, 0, 0L);
        while (true)
        {
            var length = buffer.AsSpan(start, end - start).IndexOf((byte)'\n');
            if (length >= 0)
            {
                yield return Line(buffer.AsSpan(start, length), name, ++number);
                start += length + 1;
                continue;
            }

            Buffer.BlockCopy(buffer, start, buffer, 0, end - start);
            (start, end) = (0, end - start);
            if (end == buffer.Length)
                Array.Resize(ref buffer, end < LongestLineBytes ? 2 * end : throw TooLong(name, number + 1));
            var count = Fill(stream, buffer.AsMemory(end), name, cancellation);
            end += count;
            if (count > 0)
                continue;
            if (end > 0)
                yield return Line(buffer.AsSpan(0, end), name, number + 1);
            yield break;
        }
    }

    private static InputLine Line(ReadOnlySpan<byte> bytes, string name, long number)
    {
        if (number == 1 && bytes.StartsWith(Encoding.UTF8.Preamble))
            bytes = bytes[Encoding.UTF8.Preamble.Length..];
        if (bytes is [.., (byte)'\r'])
            bytes = bytes[..^1];
        var origin = string.Create(CultureInfo.InvariantCulture, $"{name}:{number}");
        try
        {
            return new InputLine(Strict.GetString(bytes), origin);
        }
        catch (DecoderFallbackException failure)
        {
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"no valid UTF-8 at byte {failure.Index + 1} of the line"),
                origin, "convert the input to UTF-8, for example with iconv", failure);
        }
    }

    private static Stream Open(string? path)
    {
        if (path is null or StandardInput)
            return Console.OpenStandardInput();
        if (Directory.Exists(path))
            throw new RequestException("this is a folder, a file was expected", path, "name a file in it");
        if (!File.Exists(path))
            throw new RequestException("there is no such file", path, "check the path");
        var file = File.OpenRead(path);
        if (!file.CanSeek)
            return file;
        var isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        return isGzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }

    private static int Fill(Stream stream, Memory<byte> buffer, string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            // A pipe cannot be called back from waiting; whoever waits for it can.
            return stream.CanSeek
                ? stream.Read(buffer.Span)
                : Task.Run(() => stream.Read(buffer.Span), CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (InvalidDataException failure)
        {
            throw new RequestException("the gzip data is damaged or cut off", name, "get the file again", failure);
        }
    }

    private static RequestException TooLong(string name, long number) => new(
        string.Create(CultureInfo.InvariantCulture, $"a line of more than {LongestLineBytes >> 20} MiB"),
        string.Create(CultureInfo.InvariantCulture, $"{name}:{number}"),
        "check that this is a text file with line ends");
}
