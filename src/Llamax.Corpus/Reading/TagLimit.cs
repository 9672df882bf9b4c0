using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// The bytes of an XML file, read on; an error where a tag does not end, because an XML reader holds a tag in memory as a whole.
/// </summary>
internal sealed class TagLimit(Stream stream, string name, CancellationToken cancellation) : Stream
{
    private const int LongestTagBytes = 1 << 20;

    private long _tagBytes = -1;
    private byte _quote;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = CorpusStream.Read(stream, buffer.AsMemory(offset, count), name, cancellation);
        Follow(buffer.AsSpan(offset, read));
        return read;
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
            stream.Dispose();
        base.Dispose(disposing);
    }

    // Comments, instructions and document types are read in pieces and may hold any quotes: they are no tags here.
    private void Follow(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            if (_tagBytes < 0)
            {
                var start = bytes.IndexOf((byte)'<');
                if (start < 0)
                    return;
                (_tagBytes, _quote) = (0, 0);
                bytes = bytes[(start + 1)..];
                continue;
            }

            if (_tagBytes == 0 && bytes[0] is (byte)'!' or (byte)'?')
            {
                _tagBytes = -1;
                continue;
            }

            var end = _quote == 0 ? bytes.IndexOfAny((byte)'>', (byte)'"', (byte)'\'') : bytes.IndexOf(_quote);
            _tagBytes += end < 0 ? bytes.Length : end + 1;
            if (_tagBytes > LongestTagBytes)
                throw new RequestException($"a tag of over {LongestTagBytes >> 20} MiB", name, "check what file this is, or make it again");
            if (end < 0)
                return;
            if (_quote != 0)
                _quote = 0;
            else if (bytes[end] == '>')
                _tagBytes = -1;
            else
                _quote = bytes[end];
            bytes = bytes[(end + 1)..];
        }
    }
}
