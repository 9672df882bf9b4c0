using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Llamax.Corpus.Packing;

/// <summary>Writes NAME.index while blocks come in; see <see cref="PackedFormat"/>.</summary>
internal sealed class PackedIndexWriter : IDisposable
{
    private readonly Stream _stream;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<string> _names;
    private readonly Dictionary<string, ushort> _languages = [];
    private readonly List<long> _starts = [];
    private readonly List<int> _stages = [];
    private readonly byte[] _number = new byte[8];
    private long _position = PackedFormat.HeaderLength;
    private long _documents;
    private long _tokens;

    public PackedIndexWriter(Stream stream, string fingerprint)
    {
        _stream = stream;
        _names = [fingerprint];
        stream.Write(new byte[PackedFormat.HeaderLength]);
    }

    public void Add(List<DocumentTokens> documents)
    {
        _starts.Add(_position);
        Append32(documents.Count);
        foreach (var document in documents)
        {
            Append([(byte)document.Head.Kind, 0]);
            Append16(Language(document.Head.Source));
            Append16(Language(document.Head.Target));
            Append16(checked((ushort)document.Loss.Length));
            Append32(document.Tokens.Length);
            foreach (var range in document.Loss)
            {
                Append32(range.Start);
                Append32(range.Length);
            }

            _tokens += document.Tokens.Length;
        }

        _documents += documents.Count;
    }

    /// <summary>The blocks since the last call are a stage of their own; none are none.</summary>
    public void EndStage()
    {
        var blocks = _starts.Count - _stages.Sum();
        if (blocks > 0)
            _stages.Add(blocks);
    }

    /// <summary>Writes names, block table, stages and header.</summary>
    public void Complete(int blockLength, int vocabularySize, byte[] tokensHash)
    {
        var namesStart = _position;
        Append32(_names.Count);
        foreach (var name in _names.Select(Encoding.UTF8.GetBytes))
        {
            Append32(name.Length);
            Append(name);
        }

        var tableStart = _position;
        foreach (var start in _starts.Append(namesStart))
            Append64(start);
        if (_stages.Count > 1)
        {
            Append32(_stages.Count);
            foreach (var blocks in _stages)
                Append32(blocks);
        }

        var header = new byte[PackedFormat.HeaderLength];
        PackedFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(8), PackedFormat.VersionOf(_stages.Count));
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(12), blockLength);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(16), vocabularySize);
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(20), PackedFormat.TokenWidth(vocabularySize));
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(24), _starts.Count);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(32), _documents);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(40), _tokens);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(48), namesStart);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(56), tableStart);
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(64), _position);
        tokensHash.CopyTo(header, 72);
        _hash.AppendData(header.AsSpan(0, PackedFormat.HashedHeaderLength));
        _hash.GetHashAndReset().CopyTo(header, PackedFormat.HashedHeaderLength);
        _stream.Position = 0;
        _stream.Write(header);
    }

    public void Dispose() => _hash.Dispose();

    private ushort Language(string code)
    {
        if (!_languages.TryGetValue(code, out var number))
        {
            number = checked((ushort)_names.Count);
            _languages.Add(code, number);
            _names.Add(code);
        }

        return number;
    }

    private void Append16(ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_number, value);
        Append(_number.AsSpan(0, 2));
    }

    private void Append32(int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_number, value);
        Append(_number.AsSpan(0, 4));
    }

    private void Append64(long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_number, value);
        Append(_number.AsSpan(0, 8));
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _stream.Write(bytes);
        _hash.AppendData(bytes);
        _position += bytes.Length;
    }
}
