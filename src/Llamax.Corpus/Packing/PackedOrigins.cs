using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Packing;

/// <summary>NAME.origins beside a packed corpus, for whoever looks at single documents.</summary>
internal sealed class PackedOrigins : IDisposable
{
    private const string Mend = "pack the corpus again";

    private readonly string _path;
    private readonly FileStream _stream;
    private readonly long _namesStart;
    private readonly long _tableStart;
    private readonly string[] _files;

    private PackedOrigins(string path, FileStream stream, PackedCorpus corpus)
    {
        (_path, _stream) = (path, stream);
        var header = new byte[PackedOriginsWriter.HeaderLength];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
            || !header.AsSpan().StartsWith(PackedOriginsWriter.Magic)
            || BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8)) != PackedOriginsWriter.Version)
            throw new RequestException("these are not the origins of a packed corpus", path, Mend);
        if (!header.AsSpan(40, PackedOriginsWriter.HashLength).SequenceEqual(corpus.TokensHash))
            throw new RequestException("these are the origins of another packed corpus", path, Mend);
        if (!SHA256.HashData(stream).AsSpan().SequenceEqual(header.AsSpan(40 + PackedOriginsWriter.HashLength)))
            throw Broken("their checksum does not match");
        _namesStart = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(24));
        _tableStart = BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(32));
        if (BinaryPrimitives.ReadInt64LittleEndian(header.AsSpan(16)) != corpus.BlockCount
            || _namesStart < header.Length || _tableStart < _namesStart
            || stream.Length - _tableStart != (corpus.BlockCount + 1L) * sizeof(long))
            throw Broken("their header contradicts itself");
        _files = Checked(ReadFiles);
    }

    /// <summary>The origins of a corpus; null where it was packed without.</summary>
    /// <exception cref="RequestException">The file is damaged or another corpus's.</exception>
    public static PackedOrigins? Open(string indexPath, PackedCorpus corpus)
    {
        var path = Path.ChangeExtension(indexPath, PackedFormat.OriginsExtension);
        if (!File.Exists(path))
            return null;
        var stream = File.OpenRead(path);
        try
        {
            return new(path, stream, corpus);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>One origin for each document of a block.</summary>
    /// <exception cref="RequestException">The record breaks its bounds.</exception>
    public DocumentOrigin[] Read(int block) => Checked(() =>
    {
        using var reader = new BinaryReader(_stream, Encoding.UTF8, leaveOpen: true);
        _stream.Position = _tableStart + ((long)block * sizeof(long));
        var (start, end) = (reader.ReadInt64(), reader.ReadInt64());
        if (start < PackedOriginsWriter.HeaderLength || end > _namesStart || start >= end)
            throw new InvalidDataException();
        _stream.Position = start;
        var count = reader.Read7BitEncodedInt();
        if (count < 0 || count > end - start)
            throw new InvalidDataException();
        var origins = new DocumentOrigin[count];
        for (var i = 0; i < count; i++)
        {
            var file = reader.Read7BitEncodedInt();
            if ((uint)file >= (uint)_files.Length)
                throw new InvalidDataException();
            var line = reader.Read7BitEncodedInt64();
            origins[i] = new(_files[file], line == 0 ? null : line - 1, reader.Read7BitEncodedInt());
        }

        return _stream.Position == end ? origins : throw new InvalidDataException();
    });

    public void Dispose() => _stream.Dispose();

    private string[] ReadFiles()
    {
        using var reader = new BinaryReader(_stream, Encoding.UTF8, leaveOpen: true);
        _stream.Position = _namesStart;
        var count = reader.ReadInt32();
        if (count < 0 || count > (_tableStart - _namesStart) / sizeof(int))
            throw new InvalidDataException();
        var files = new string[count];
        for (var i = 0; i < count; i++)
        {
            var length = reader.ReadInt32();
            if (length < 0 || length > _tableStart - _stream.Position)
                throw new InvalidDataException();
            files[i] = Encoding.UTF8.GetString(reader.ReadBytes(length));
        }

        return files;
    }

    private T Checked<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            throw Broken("a record breaks its bounds");
        }
    }

    private RequestException Broken(string what) => new($"the origins are damaged: {what}", _path, Mend);
}
