using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Llamax.Corpus.Packing;

/// <summary>Writes NAME.origins while blocks come in; see <see cref="PackedFormat"/>.</summary>
internal sealed class PackedOriginsWriter : IDisposable
{
    public const int HeaderLength = 104;
    public const int HashLength = SHA256.HashSizeInBytes;
    public const int Version = 1;

    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly MemoryStream _record = new();
    private readonly BinaryWriter _writer;
    private readonly OrderedDictionary<string, int> _files = new(StringComparer.Ordinal);
    private readonly List<long> _starts = [];
    private long _position = HeaderLength;

    public PackedOriginsWriter(Stream stream)
    {
        _stream = stream;
        _writer = new(_record, Encoding.UTF8);
        stream.Write(new byte[HeaderLength]);
    }

    public static ReadOnlySpan<byte> Magic => "LLAMAXPO"u8;

    public void Add(List<DocumentTokens> documents)
    {
        _starts.Add(_position);
        _writer.Write7BitEncodedInt(documents.Count);
        foreach (var document in documents)
        {
            var origin = DocumentOrigin.Parse(document.Head.Origin, document.Head.Lines);
            _files.TryAdd(origin.File, _files.Count, out var number);
            _writer.Write7BitEncodedInt(number);
            _writer.Write7BitEncodedInt64((origin.Line ?? -1) + 1);
            _writer.Write7BitEncodedInt(origin.Lines);
        }

        Append();
    }

    /// <summary>Writes names, block table and header.</summary>
    public void Complete(byte[] tokensHash)
    {
        var namesStart = _position;
        _writer.Write(_files.Count);
        foreach (var name in _files.Keys.Select(Encoding.UTF8.GetBytes))
        {
            _writer.Write(name.Length);
            _writer.Write(name);
        }

        Append();
        var tableStart = _position;
        foreach (var start in _starts.Append(namesStart))
            _writer.Write(start);
        Append();

        var header = new byte[HeaderLength];
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), Version);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(16), _starts.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), namesStart);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), tableStart);
        tokensHash.CopyTo(header, 40);
        _hash.GetHashAndReset().CopyTo(header, 40 + HashLength);
        _stream.Position = 0;
        _stream.Write(header);
    }

    public void Dispose()
    {
        _writer.Dispose();
        _hash.Dispose();
    }

    private void Append()
    {
        _writer.Flush();
        var bytes = _record.GetBuffer().AsSpan(0, (int)_record.Length);
        _stream.Write(bytes);
        _hash.AppendData(bytes);
        _position += bytes.Length;
        _record.SetLength(0);
    }
}
