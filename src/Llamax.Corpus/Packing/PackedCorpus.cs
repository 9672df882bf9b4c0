using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Packing;

/// <summary>
/// A packed corpus on disk, memory-mapped. <see cref="Open"/> checks sizes and the index's checksum, <see cref="Read"/> checks every
/// bound of the block it reads, <see cref="Verify"/> checks the tokens' checksum. Reading allocates nothing and is safe from many threads.
/// </summary>
public sealed class PackedCorpus : IPackedCorpus
{
    private const string Mend = "pack the corpus again";

    // Bytes that one copy out of the mapped file moves at most; it lives on the stack.
    private const int Window = 4096;

    private readonly string _indexPath;
    private readonly string _tokensPath;
    private readonly Mapping _index;
    private readonly Mapping _tokens;
    private readonly int _tokenWidth;
    private readonly long _namesStart;
    private readonly long _tableStart;
    private readonly long _stagesLength;
    private readonly byte[] _tokensHash;
    private readonly string[] _names;

    private PackedCorpus(string indexPath, ReadOnlySpan<byte> header)
    {
        _indexPath = indexPath;
        _tokensPath = Path.ChangeExtension(indexPath, PackedFormat.TokensExtension);
        BlockLength = BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        VocabularySize = BinaryPrimitives.ReadInt32LittleEndian(header[16..]);
        _tokenWidth = BinaryPrimitives.ReadInt32LittleEndian(header[20..]);
        var blocks = BinaryPrimitives.ReadInt64LittleEndian(header[24..]);
        TokenCount = BinaryPrimitives.ReadInt64LittleEndian(header[40..]);
        _namesStart = BinaryPrimitives.ReadInt64LittleEndian(header[48..]);
        _tableStart = BinaryPrimitives.ReadInt64LittleEndian(header[56..]);
        _stagesLength = BinaryPrimitives.ReadInt64LittleEndian(header[64..]) - _tableStart - ((blocks + 1) * sizeof(long));
        _tokensHash = header[72..PackedFormat.HashedHeaderLength].ToArray();

        if (BlockLength is < 1 or > 1 << 20 || VocabularySize < 1 || _tokenWidth != PackedFormat.TokenWidth(VocabularySize)
            || blocks is < 1 or > int.MaxValue || TokenCount < 0 || TokenCount > blocks * BlockLength
            || _namesStart < PackedFormat.HeaderLength || _tableStart < _namesStart
            || _stagesLength < 0 || (_stagesLength > 0) != (BinaryPrimitives.ReadInt32LittleEndian(header[8..]) == 2))
            throw Broken("its header contradicts itself");
        BlockCount = (int)blocks;

        RequireLength(_indexPath, BinaryPrimitives.ReadInt64LittleEndian(header[64..]));
        RequireLength(_tokensPath, blocks * BlockLength * _tokenWidth);
        VerifyIndex(header);
        _index = new(_indexPath);
        try
        {
            _tokens = new(_tokensPath);
            try
            {
                _names = ReadNames();
                Stages = ReadStages();
            }
            catch
            {
                _tokens.Dispose();
                throw;
            }
        }
        catch
        {
            _index.Dispose();
            throw;
        }
    }

    /// <summary>Opens NAME.index and the NAME.tokens beside it.</summary>
    /// <exception cref="RequestException">A file is missing, truncated, of another version or damaged.</exception>
    public static PackedCorpus Open(string indexPath)
    {
        if (!BitConverter.IsLittleEndian)
            throw new PlatformNotSupportedException("Packed corpora are read on little-endian machines only.");
        var header = new byte[PackedFormat.HeaderLength];
        if (!File.Exists(indexPath))
            throw new RequestException("there is no such packed corpus", indexPath, Mend);
        using (var stream = File.OpenRead(indexPath))
        {
            if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
                || !header.AsSpan().StartsWith(PackedFormat.Magic))
                throw new RequestException("this is not the index of a packed corpus", indexPath, Mend);
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(8));
        if (version is not (1 or 2))
            throw new RequestException($"version {version} of the packed format found, 1 or 2 expected", indexPath, Mend);
        return new(indexPath, header);
    }

    public int BlockLength { get; }

    public int BlockCount { get; }

    public IReadOnlyList<int> Stages { get; }

    public long TokenCount { get; }

    public string TokenizerFingerprint => _names[0];

    public int VocabularySize { get; }

    internal ReadOnlySpan<byte> TokensHash => _tokensHash;

    /// <inheritdoc/>
    /// <exception cref="RequestException">The block's record or ids break a bound.</exception>
    public void Read(int index, PackedBlock block)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, BlockCount);
        if (block.Tokens.Length != BlockLength)
            throw new ArgumentException($"The buffer holds {block.Tokens.Length} tokens, a block {BlockLength}.", nameof(block));

        var used = ReadDocuments(index, block);
        ReadTokens(index, block.Tokens, used);
        block.Segments.AsSpan(used).Fill(-1);
        block.Positions.AsSpan(used).Clear();
        block.Loss.AsSpan(used).Clear();
    }

    /// <summary>Reads the whole of NAME.tokens and compares its checksum.</summary>
    /// <exception cref="RequestException">The tokens are not the ones that were written.</exception>
    public void Verify()
    {
        using var stream = File.OpenRead(_tokensPath);
        if (!SHA256.HashData(stream).AsSpan().SequenceEqual(_tokensHash))
            throw new RequestException("the tokens differ from the checksum in the index", _tokensPath, Mend);
    }

    public void Dispose()
    {
        _index.Dispose();
        _tokens.Dispose();
    }

    /// <summary>Fills everything but the tokens and returns how many places are used.</summary>
    private int ReadDocuments(int index, PackedBlock block)
    {
        Span<byte> record = stackalloc byte[16];
        _index.Read(_tableStart + ((long)index * sizeof(long)), record);
        var position = BinaryPrimitives.ReadInt64LittleEndian(record);
        var end = BinaryPrimitives.ReadInt64LittleEndian(record[8..]);
        if (position < PackedFormat.HeaderLength || end > _namesStart || position > end)
            throw BrokenBlock(index);

        var documents = BinaryPrimitives.ReadInt32LittleEndian(Take(record[..4]));
        var used = 0;
        block.Documents.Clear();
        for (var number = 0; number < documents; number++)
        {
            Take(record[..PackedFormat.DocumentRecordLength]);
            var kind = record[0];
            var source = BinaryPrimitives.ReadUInt16LittleEndian(record[2..]);
            var target = BinaryPrimitives.ReadUInt16LittleEndian(record[4..]);
            var ranges = BinaryPrimitives.ReadUInt16LittleEndian(record[6..]);
            var length = BinaryPrimitives.ReadInt32LittleEndian(record[8..]);
            if (kind > (byte)EntryKind.Preference || source >= _names.Length || target >= _names.Length
                || length < 1 || length > BlockLength - used)
                throw BrokenBlock(index);

            block.Documents.Add(new((EntryKind)kind, _names[source], _names[target], used, length));
            block.Segments.AsSpan(used, length).Fill(number);
            var positions = block.Positions.AsSpan(used, length);
            for (var i = 0; i < positions.Length; i++)
                positions[i] = i;
            var loss = block.Loss.AsSpan(used, length);
            loss.Clear();
            for (var range = 0; range < ranges; range++)
            {
                Take(record[..PackedFormat.RangeLength]);
                var start = BinaryPrimitives.ReadInt32LittleEndian(record);
                var count = BinaryPrimitives.ReadInt32LittleEndian(record[4..]);
                if (start < 1 || count < 1 || start > length - count)
                    throw BrokenBlock(index);
                loss.Slice(start, count).Fill(true);
            }

            used += length;
        }

        return position == end && documents > 0 ? used : throw BrokenBlock(index);

        Span<byte> Take(Span<byte> destination)
        {
            if (end - position < destination.Length)
                throw BrokenBlock(index);
            _index.Read(position, destination);
            position += destination.Length;
            return destination;
        }
    }

    private void ReadTokens(int index, int[] tokens, int used)
    {
        Span<byte> window = stackalloc byte[Window];
        var start = (long)index * BlockLength * _tokenWidth;
        for (var done = 0; done < BlockLength;)
        {
            var count = Math.Min(Window / _tokenWidth, BlockLength - done);
            var bytes = window[..(count * _tokenWidth)];
            _tokens.Read(start + ((long)done * _tokenWidth), bytes);
            var part = tokens.AsSpan(done, count);
            if (_tokenWidth == 2)
                Widen(MemoryMarshal.Cast<byte, ushort>(bytes), part);
            else
                MemoryMarshal.Cast<byte, int>(bytes).CopyTo(part);
            done += count;
        }

        foreach (var token in tokens.AsSpan(0, used))
            if ((uint)token >= (uint)VocabularySize)
                throw new RequestException(
                    $"block {index} holds id {token}, the vocabulary ends at {VocabularySize - 1}", _tokensPath, Mend);
    }

    private static void Widen(ReadOnlySpan<ushort> from, Span<int> to)
    {
        for (var i = 0; i < from.Length; i++)
            to[i] = from[i];
    }

    private string[] ReadNames()
    {
        // Sized by the file and not by what the file says.
        if (_tableStart - _namesStart > 1 << 24)
            throw Broken("its names are longer than 16 MiB");
        var bytes = new byte[_tableStart - _namesStart];
        _index.Read(_namesStart, bytes);
        ReadOnlySpan<byte> rest = bytes;
        List<string> names = [];
        var count = TakeLength(ref rest);
        for (var i = 0; i < count; i++)
        {
            var length = TakeLength(ref rest);
            if (length > rest.Length)
                throw Broken("a name reaches beyond its end");
            names.Add(Encoding.UTF8.GetString(rest[..length]));
            rest = rest[length..];
        }

        return count > 0 && rest.IsEmpty ? [.. names] : throw Broken("its names do not fill their place");
    }

    private int[] ReadStages()
    {
        if (_stagesLength == 0)
            return [BlockCount];
        if (_stagesLength < 3 * sizeof(int))
            throw Broken("its stages do not fill their place");
        Span<byte> number = stackalloc byte[sizeof(int)];
        var place = _tableStart + ((BlockCount + 1L) * sizeof(long));
        _index.Read(place, number);
        var count = BinaryPrimitives.ReadInt32LittleEndian(number);
        if (count is < 2 or > PackedFormat.MostStages || _stagesLength != sizeof(int) * (count + 1L))
            throw Broken("its stages do not fill their place");
        var stages = new int[count];
        for (var i = 0; i < count; i++)
        {
            _index.Read(place + (sizeof(int) * (i + 1L)), number);
            stages[i] = BinaryPrimitives.ReadInt32LittleEndian(number);
        }

        return stages.All(blocks => blocks > 0) && stages.Sum(blocks => (long)blocks) == BlockCount
            ? stages
            : throw Broken("its stages are not its blocks");
    }

    private int TakeLength(ref ReadOnlySpan<byte> rest)
    {
        if (!BinaryPrimitives.TryReadInt32LittleEndian(rest, out var length) || length < 0)
            throw Broken("a name reaches beyond its end");
        rest = rest[sizeof(int)..];
        return length;
    }

    private void VerifyIndex(ReadOnlySpan<byte> header)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using (var stream = File.OpenRead(_indexPath))
        {
            stream.Position = PackedFormat.HeaderLength;
            var buffer = new byte[1 << 16];
            for (int read; (read = stream.Read(buffer)) > 0;)
                hash.AppendData(buffer.AsSpan(0, read));
        }

        hash.AppendData(header[..PackedFormat.HashedHeaderLength]);
        if (!hash.GetHashAndReset().AsSpan().SequenceEqual(header[PackedFormat.HashedHeaderLength..]))
            throw Broken("its checksum does not match");
    }

    private static void RequireLength(string path, long expected)
    {
        var file = new FileInfo(path);
        if (!file.Exists)
            throw new RequestException("this file of the packed corpus is missing", path, Mend);
        if (file.Length != expected)
            throw new RequestException(
                $"{file.Length} bytes found, {expected} expected by the index: the file is truncated or another run's", path, Mend);
    }

    private RequestException Broken(string what) => new($"the index is damaged: {what}", _indexPath, Mend);

    private RequestException BrokenBlock(int index) => Broken($"the record of block {index} breaks its bounds");

    /// <summary>A file mapped for reading.</summary>
    private sealed class Mapping : IDisposable
    {
        private readonly MemoryMappedFile _file;
        private readonly MemoryMappedViewAccessor _view;

        public Mapping(string path)
        {
            _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
            _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        }

        public void Read(long offset, Span<byte> destination) => _view.SafeMemoryMappedViewHandle.ReadSpan((ulong)offset, destination);

        public void Dispose()
        {
            _view.Dispose();
            _file.Dispose();
        }
    }
}
