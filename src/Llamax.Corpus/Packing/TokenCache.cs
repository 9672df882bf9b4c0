using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Llamax.Runs;

namespace Llamax.Corpus.Packing;

/// <summary>
/// Texts that were tokenised before, in files named by what decides their tokens: version, tokenizer, texts. Any number of runs and processes
/// may share a folder; a file that a kill or a disk damaged is made again.
/// </summary>
/// <remarks>
/// A file, little-endian: "LLAMAXTC", key (32 bytes), bytes per id (4: 2 or 4), texts (4), different texts (4), the length of each different
/// text in ids (4 each), for each text the number of the different one that it is (4), the ids, SHA-256 of all before (32).
/// </remarks>
internal sealed class TokenCache(string folder, string fingerprint, int vocabularySize)
{
    private const int HeaderLength = 8 + KeyLength + (3 * sizeof(int));
    private const int KeyLength = SHA256.HashSizeInBytes;

    private readonly int _width = PackedFormat.TokenWidth(vocabularySize);
    private long _damaged;

    private static ReadOnlySpan<byte> Magic => "LLAMAXTC"u8;

    /// <summary>Files that were there and could not be used.</summary>
    public long Damaged => Interlocked.Read(ref _damaged);

    /// <summary>Names the tokens of these texts.</summary>
    public byte[] KeyOf(IReadOnlyList<string> texts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"llamax tokens 1\n{fingerprint}\n"));
        Span<byte> length = stackalloc byte[sizeof(int)];
        foreach (var text in texts)
        {
            BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
            hash.AppendData(length);
            hash.AppendData(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        return hash.GetHashAndReset();
    }

    /// <summary>The ids of each text; null where they are not there, or not as they were written.</summary>
    public int[][]? Read(byte[] key)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(PathOf(key));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        var tokens = Parse(bytes, key);
        if (tokens is null)
            Interlocked.Increment(ref _damaged);
        return tokens;
    }

    /// <param name="key">Of the texts.</param>
    /// <param name="tokens">The ids of each text; texts that are the same share one array.</param>
    public void Write(byte[] key, int[][] tokens)
    {
        var path = PathOf(key);
        try
        {
            // Without a wait for the disk: what a power failure tears fails its checksum.
            AtomicFile.Write(path, stream => WriteTo(stream, key, tokens), isFlushed: false);
        }
        catch (IOException) when (File.Exists(path) || File.Exists(path + AtomicFile.TemporarySuffix))
        {
            // Another process is writing the same tokens, or has just done so.
        }
    }

    private void WriteTo(FileStream stream, byte[] key, int[][] tokens)
    {
        var numbers = new Dictionary<int[], int>(ReferenceEqualityComparer.Instance);
        foreach (var text in tokens)
            numbers.TryAdd(text, numbers.Count);
        List<int> head = [_width, tokens.Length, numbers.Count];
        head.AddRange(numbers.Keys.Select(text => text.Length));
        head.AddRange(tokens.Select(text => numbers[text]));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(Magic);
        Append(key);
        Append(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(head)));
        foreach (var text in numbers.Keys)
            Append(_width == 4 ? MemoryMarshal.AsBytes(text.AsSpan()) : MemoryMarshal.AsBytes(Narrow(text).AsSpan()));
        stream.Write(hash.GetHashAndReset());

        void Append(ReadOnlySpan<byte> bytes)
        {
            stream.Write(bytes);
            hash.AppendData(bytes);
        }
    }

    private string PathOf(byte[] key)
    {
        var name = Convert.ToHexStringLower(key);
        return Path.Combine(folder, name[..2], name + ".tokens");
    }

    private static ushort[] Narrow(int[] tokens) => Array.ConvertAll(tokens, token => checked((ushort)token));

    private int[][]? Parse(ReadOnlySpan<byte> bytes, byte[] key)
    {
        if (bytes.Length < HeaderLength + SHA256.HashSizeInBytes || !bytes.StartsWith(Magic)
            || !bytes.Slice(Magic.Length, KeyLength).SequenceEqual(key)
            || !SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
            return null;
        var head = MemoryMarshal.Cast<byte, int>(bytes[(HeaderLength - (3 * sizeof(int)))..HeaderLength]);
        var (width, texts, different) = (head[0], head[1], head[2]);
        var rest = bytes[HeaderLength..^SHA256.HashSizeInBytes];
        if (width != _width || texts < 0 || different < 0 || sizeof(int) * ((long)texts + different) > rest.Length)
            return null;
        var lengths = MemoryMarshal.Cast<byte, int>(rest[..(different * sizeof(int))]);
        rest = rest[(different * sizeof(int))..];
        var numbers = MemoryMarshal.Cast<byte, int>(rest[..(texts * sizeof(int))]);
        rest = rest[(texts * sizeof(int))..];
        var known = new int[different][];
        for (var i = 0; i < different; i++)
        {
            if (lengths[i] < 0 || (long)lengths[i] * width > rest.Length)
                return null;
            known[i] = Widen(rest[..(lengths[i] * width)]);
            rest = rest[(lengths[i] * width)..];
        }

        var tokens = new int[texts][];
        for (var i = 0; i < texts; i++)
        {
            if ((uint)numbers[i] >= (uint)different)
                return null;
            tokens[i] = known[numbers[i]];
        }

        return rest.IsEmpty ? tokens : null;
    }

    private int[] Widen(ReadOnlySpan<byte> bytes)
    {
        if (_width == 4)
            return MemoryMarshal.Cast<byte, int>(bytes).ToArray();
        var narrow = MemoryMarshal.Cast<byte, ushort>(bytes);
        var tokens = new int[narrow.Length];
        for (var i = 0; i < tokens.Length; i++)
            tokens[i] = narrow[i];
        return tokens;
    }
}
