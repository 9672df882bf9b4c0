using System.IO.MemoryMappedFiles;
using System.Text.Json;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>One tensor as a safetensors header describes it.</summary>
/// <param name="DType">Element type.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Begin">First byte, counted from the end of the header.</param>
/// <param name="End">Byte behind the last one.</param>
internal sealed record SafetensorsEntry(ScalarType DType, long[] Shape, long Begin, long End);

/// <summary>
/// A safetensors file mapped into memory: 8 bytes header length, a JSON header, the tensors one behind another. Nothing in the
/// header is believed before it is checked against the file.
/// </summary>
internal sealed unsafe class SafetensorsFile : IDisposable
{
    // The limit of the reference implementation.
    private const long LongestHeader = 100_000_000;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;

    /// <exception cref="RequestException">Not a whole, well-formed safetensors file.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        if (!File.Exists(path))
            throw new RequestException("the file does not exist", path, "copy the model folder again");
        var length = new FileInfo(path).Length;
        if (length < 8)
            throw Broken($"{length} bytes are too few for a safetensors file");
        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var header = *(ulong*)start;
            if (header > LongestHeader || (long)header > length - 8)
                throw Broken($"the header claims {header} bytes and the file has {length}");
            _data = start + 8 + header;
            Entries = ReadHeader(new ReadOnlyMemory<byte>(new Span<byte>(start + 8, (int)header).ToArray()), length - 8 - (long)header);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>
    /// A view of the mapped pages: no byte is read before it is used. Never write to it, and dispose it before this file.
    /// </summary>
    public Tensor View(string name)
    {
        var entry = Entries[name];
        return AotiInterop.FromMemory((nint)(_data + entry.Begin), entry.Shape, entry.DType);
    }

    public void Dispose()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    private Dictionary<string, SafetensorsEntry> ReadHeader(ReadOnlyMemory<byte> header, long dataLength)
    {
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(header);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                    continue;
                if (!entries.TryAdd(property.Name, ReadEntry(property.Name, property.Value)))
                    throw Broken($"the tensor {property.Name} appears twice");
            }
        }
        catch (Exception failure) when (failure is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw Broken($"the header is not the JSON that safetensors writes ({failure.Message})");
        }

        // As the format demands: no hole, no overlap, nothing behind the last tensor.
        var position = 0L;
        foreach (var (name, entry) in entries.OrderBy(e => e.Value.Begin).ThenBy(e => e.Value.End))
        {
            if (entry.Begin != position)
                throw Broken($"the tensor {name} begins at byte {entry.Begin} of the data, and byte {position} was expected");
            position = entry.End;
        }

        if (position != dataLength)
            throw Broken($"the tensors end at byte {position} of the data, and there are {dataLength} bytes");
        return entries;
    }

    private SafetensorsEntry ReadEntry(string name, JsonElement json)
    {
        var word = json.GetProperty("dtype").GetString();
        if (!SafetensorsTypes.TryParse(word, out var dtype))
        {
            throw new RequestException(
                $"the tensor {name} has the element type {word}, which is unknown here", Path, "use an unquantised model");
        }

        var shape = json.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = json.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0])
            throw Broken($"the tensor {name} has impossible data_offsets");
        Int128 bytes = SafetensorsTypes.Size(dtype);
        foreach (var size in shape)
        {
            // With every size and every partial product below 2⁶³ the product of two never leaves 128 bits.
            bytes *= size;
            if (size < 0 || bytes > long.MaxValue)
                throw Broken($"the tensor {name} has the impossible shape [{string.Join(", ", shape)}]");
        }

        if (bytes != offsets[1] - offsets[0])
            throw Broken($"the tensor {name} needs {bytes} bytes for its shape and has {offsets[1] - offsets[0]}");
        return new(dtype, shape, offsets[0], offsets[1]);
    }

    private RequestException Broken(string what) => new(what, Path, "download or write the file again; it is cut off or damaged");
}
