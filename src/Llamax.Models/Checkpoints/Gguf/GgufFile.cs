using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>A tensor of a GGUF file.</summary>
/// <param name="Type">How its numbers are stored.</param>
/// <param name="Shape">Sizes, outermost first (the file has them the other way round).</param>
/// <param name="Begin">First byte in the file.</param>
/// <param name="Bytes">Size in the file.</param>
internal sealed record GgufEntry(GgufType Type, long[] Shape, long Begin, long Bytes);

/// <summary>
/// A GGUF file of version 2 or 3 (ggml's documentation, "GGUF"): keys with values, a table of tensors, and their data at multiples of
/// <c>general.alignment</c>. Opening it reads and checks everything but the data.
/// </summary>
internal sealed class GgufFile : IDisposable
{
    private const uint Magic = 0x46554747;   // "GGUF"
    private const int MostDimensions = 4;
    private const int NumbersAtOnce = 1 << 20;

    private readonly MappedFile _file;
    private readonly Dictionary<string, object> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, GgufEntry> _entries = new(StringComparer.Ordinal);

    /// <exception cref="RequestException">Not a whole, well-formed GGUF file.</exception>
    public GgufFile(string path)
    {
        _file = new MappedFile(path);
        try
        {
            Read(new GgufCursor(_file));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path => _file.Path;

    /// <summary>The keys; values have the .NET type of their type in the file.</summary>
    public IReadOnlyDictionary<string, object> Metadata => _metadata;

    public IReadOnlyDictionary<string, GgufEntry> Entries => _entries;

    /// <summary>Whether a file begins as GGUF does.</summary>
    public static bool IsGguf(string path)
    {
        if (!File.Exists(path))
            return false;
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[4];
        return stream.ReadAtLeast(start, 4, throwOnEndOfStream: false) == 4 && start.SequenceEqual("GGUF"u8);
    }

    /// <summary>Copies a tensor into <paramref name="target"/>, contiguous and of the same shape, converting or restoring it.</summary>
    public void CopyTo(string name, Tensor target)
    {
        var entry = _entries[name];
        switch (entry.Type)
        {
            case GgufType.F32:
                _file.CopyTo(entry.Begin, ScalarType.Float32, target);
                break;
            case GgufType.F16:
                _file.CopyTo(entry.Begin, ScalarType.Float16, target);
                break;
            case GgufType.BF16:
                _file.CopyTo(entry.Begin, ScalarType.BFloat16, target);
                break;
            default:
                Restore(entry, target);
                break;
        }
    }

    public void Dispose() => _file.Dispose();

    private void Restore(GgufEntry entry, Tensor target)
    {
        using var quiet = no_grad();
        using var whole = NewDisposeScope();
        var flat = target.view(-1);
        var numbers = new float[Math.Min(NumbersAtOnce, target.numel())];
        var blocks = new byte[GgufTypes.Bytes(entry.Type, numbers.Length)];
        for (var at = 0L; at < target.numel(); at += numbers.Length)
        {
            using var scope = NewDisposeScope();
            var count = (int)Math.Min(numbers.Length, target.numel() - at);
            var part = blocks.AsSpan(0, (int)GgufTypes.Bytes(entry.Type, count));
            _file.Read(entry.Begin + GgufTypes.Bytes(entry.Type, at), part);
            BlockQuantization.Restore(entry.Type, part, numbers.AsSpan(0, count));
            flat.narrow(0, at, count).copy_(tensor(count == numbers.Length ? numbers : numbers[..count]));
        }
    }

    private void Read(GgufCursor cursor)
    {
        if (cursor.Left < 24 || cursor.UInt32() != Magic)
            throw new RequestException("this is no GGUF file", Path, "name a .gguf file");
        var version = cursor.UInt32();
        if (version is not (2 or 3))
            throw new RequestException($"GGUF of version {version}; Llamax reads 2 and 3, little-endian", Path, "convert it again");
        var tensors = cursor.Count("tensors", 32);
        var keys = cursor.Count("keys", 13);
        for (var i = 0; i < keys; i++)
        {
            var key = cursor.Text("a key");
            if (!_metadata.TryAdd(key, cursor.Value(cursor.UInt32(), key)))
                throw cursor.Broken($"the key {key} appears twice");
        }

        var alignment = 32L;
        if (_metadata.TryGetValue("general.alignment", out var given))
        {
            alignment = given is uint and >= 8 and <= 1 << 20 and var number && number % 8 == 0
                ? (uint)given
                : throw cursor.Broken($"general.alignment = {given}: it must be a multiple of 8");
        }

        var table = new List<(string Name, GgufType Type, long[] Shape, ulong Offset)>(tensors);
        for (var i = 0; i < tensors; i++)
            table.Add(ReadEntry(cursor));
        var data = (cursor.Position + alignment - 1) / alignment * alignment;
        foreach (var (name, type, shape, offset) in table)
            Add(name, type, shape, offset, data, alignment, cursor);
        ClaimedSizes.RefuseOverlaps(Path, _entries.Select(entry => (entry.Key, entry.Value.Begin - data, entry.Value.Bytes)));
    }

    private (string Name, GgufType Type, long[] Shape, ulong Offset) ReadEntry(GgufCursor cursor)
    {
        var name = cursor.Text("a tensor's name");
        var dimensions = cursor.UInt32();
        if (dimensions > MostDimensions)
            throw cursor.Broken($"the tensor {name} has {dimensions} dimensions, and at most {MostDimensions} are possible");
        var shape = new long[dimensions];
        for (var i = shape.Length - 1; i >= 0; i--)
            shape[i] = unchecked((long)cursor.UInt64());
        return (name, GgufTypes.Parse(cursor.UInt32(), name, Path), shape, cursor.UInt64());
    }

    private void Add(string name, GgufType type, long[] shape, ulong offset, long data, long alignment, GgufCursor cursor)
    {
        var (size, blockBytes) = GgufTypes.Block(type);
        if (ClaimedSizes.Elements(shape) is not { } elements || elements > long.MaxValue / blockBytes)
            throw cursor.Broken($"the tensor {name} has the impossible shape [{string.Join(", ", shape)}]");
        var row = shape.Length == 0 ? 1 : shape[^1];
        if (row % size != 0)
            throw cursor.Broken($"the tensor {name} has rows of {row} numbers, which are no whole blocks of {type}");
        var bytes = GgufTypes.Bytes(type, elements);
        if (offset % (ulong)alignment != 0 || offset > long.MaxValue || _file.Length < data || (long)offset > _file.Length - data
            || bytes > _file.Length - data - (long)offset)
        {
            throw cursor.Broken(
                $"the tensor {name} needs {bytes} bytes from byte {offset} of the data on, and there are {Math.Max(0, _file.Length - data)}");
        }

        if (!_entries.TryAdd(name, new(type, shape, data + (long)offset, bytes)))
            throw cursor.Broken($"the tensor {name} appears twice");
    }
}
