using System.IO.Compression;
using Llamax.Runs;
using ZstdSharp;

namespace Llamax.Corpus.Reading;

/// <summary>Opens files and standard input as they are, gzip or Zstandard, recognised by their first bytes.</summary>
internal static class CorpusStream
{
    /// <summary>How standard input is named.</summary>
    public const string StandardInput = "-";

    private static readonly byte[] Gzip = [0x1F, 0x8B];
    private static readonly byte[] Zstandard = [0x28, 0xB5, 0x2F, 0xFD];

    /// <summary>What messages and origins call a path.</summary>
    public static string NameOf(string path) => path == StandardInput ? "stdin" : path;

    /// <summary>The content of a file, decompressed.</summary>
    /// <exception cref="RequestException">There is no such file.</exception>
    public static Stream Open(string path)
    {
        if (path == StandardInput)
            return Decompress(Console.OpenStandardInput());
        if (!File.Exists(path))
        {
            var found = Directory.Exists(path) ? "a folder was found, a file expected" : "there is no such file";
            throw new RequestException(found, path, "check the path");
        }

        return Decompress(
            new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan));
    }

    /// <summary>
    /// Reads; what a damaged file makes the decompressor say becomes one clear error, and waiting for a pipe ends when it is cancelled.
    /// </summary>
    public static int Read(Stream stream, Memory<byte> buffer, string name, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        try
        {
            // A pipe cannot be called back from waiting; whoever waits for it can.
            return stream.CanSeek || !cancellation.CanBeCanceled
                ? stream.Read(buffer.Span)
                : Task.Run(() => stream.Read(buffer.Span), CancellationToken.None).WaitAsync(cancellation).GetAwaiter().GetResult();
        }
        catch (Exception error) when (IsDamage(error))
        {
            throw Damaged(name, error);
        }
    }

    /// <summary>Whether a decompressor says that its input is wrong.</summary>
    public static bool IsDamage(Exception error) => error is InvalidDataException or EndOfStreamException or ZstdException;

    public static RequestException Damaged(string name, Exception error) =>
        new("the compressed data is damaged or cut off", name, "fetch the file again", error);

    private static Stream Decompress(Stream stream)
    {
        var head = new byte[Zstandard.Length];
        var length = 0;
        int read;

        // A pipe may give one byte at a time, and a person waits for an answer to a short line: ask for more only while it decides.
        while (length < head.Length
            && (length == 0 || IsBeginning(Gzip, head.AsSpan(0, length)) || IsBeginning(Zstandard, head.AsSpan(0, length)))
            && (read = stream.Read(head, length, head.Length - length)) > 0)
            length += read;
        if (stream.CanSeek)
            stream.Position = 0;
        else
            stream = new PrefixedStream(head.AsMemory(0, length), stream);
        return head.AsSpan(0, length) switch
        {
            var start when start.StartsWith(Gzip) => new GZipStream(stream, CompressionMode.Decompress),
            var start when start.StartsWith(Zstandard) => new DecompressionStream(stream, leaveOpen: false),
            _ => stream,
        };
    }

    private static bool IsBeginning(ReadOnlySpan<byte> magic, ReadOnlySpan<byte> head) =>
        head.Length < magic.Length && magic.StartsWith(head);

    /// <summary>Bytes that were read already, and the stream behind them.</summary>
    private sealed class PrefixedStream(ReadOnlyMemory<byte> prefix, Stream rest) : Stream
    {
        private ReadOnlyMemory<byte> _prefix = prefix;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (_prefix.IsEmpty)
                return rest.Read(buffer);
            var count = Math.Min(buffer.Length, _prefix.Length);
            _prefix.Span[..count].CopyTo(buffer);
            _prefix = _prefix[count..];
            return count;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
                rest.Dispose();
            base.Dispose(disposing);
        }
    }
}
