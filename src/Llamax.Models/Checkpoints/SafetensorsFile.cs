using System.Buffers.Binary;
using System.Text.Json;
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
internal sealed class SafetensorsFile : ITensorFile
{
    // The limit of the reference implementation.
    private const long LongestHeader = 100_000_000;

    private readonly MappedFile _file;
    private readonly long _data;

    /// <exception cref="RequestException">Not a whole, well-formed safetensors file.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        _file = new MappedFile(path);
        try
        {
            if (_file.Length < 8)
                throw Broken($"{_file.Length} bytes are too few for a safetensors file");
            var header = BinaryPrimitives.ReadUInt64LittleEndian(_file.Bytes(0, 8));
            if (header > LongestHeader || (long)header > _file.Length - 8)
                throw Broken($"the header claims {header} bytes and the file has {_file.Length}");
            _data = 8 + (long)header;
            Entries = ReadHeader(_file.Bytes(8, (int)header).ToArray(), _file.Length - _data);
            Tensors = Entries.ToDictionary(
                entry => entry.Key,
                entry => new StoredTensor(
                    SafetensorsTypes.Name(entry.Value.DType), entry.Value.Shape, entry.Value.End - entry.Value.Begin, entry.Value.DType),
                StringComparer.Ordinal);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path { get; }

    public string Format => "safetensors";

    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>safetensors' save_model leaves out what shares memory and says so among the free texts of the header.</summary>
    public IReadOnlyDictionary<string, string> Ties { get; private set; } = new Dictionary<string, string>();

    /// <inheritdoc cref="MappedFile.View"/>
    public Tensor View(string name)
    {
        var entry = Entries[name];
        return _file.View(_data + entry.Begin, entry.Shape, entry.DType);
    }

    public void CopyTo(string name, Tensor target)
    {
        var entry = Entries[name];
        _file.CopyTo(_data + entry.Begin, entry.DType, target);
    }

    public void Dispose() => _file.Dispose();

    private Dictionary<string, SafetensorsEntry> ReadHeader(ReadOnlyMemory<byte> header, long dataLength)
    {
        var entries = new Dictionary<string, SafetensorsEntry>(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(header);
            foreach (var property in document.RootElement.EnumerateObject())
            {
                if (property.Name == "__metadata__")
                {
                    Ties = property.Value.EnumerateObject().DistinctBy(text => text.Name)
                        .ToDictionary(text => text.Name, text => text.Value.GetString() ?? "", StringComparer.Ordinal);
                    continue;
                }

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
        if (ClaimedSizes.Elements(shape) is not { } elements || elements > long.MaxValue / SafetensorsTypes.Size(dtype))
            throw Broken($"the tensor {name} has the impossible shape [{string.Join(", ", shape)}]");
        var bytes = elements * SafetensorsTypes.Size(dtype);
        if (bytes != offsets[1] - offsets[0])
            throw Broken($"the tensor {name} needs {bytes} bytes for its shape and has {offsets[1] - offsets[0]}");
        return new(dtype, shape, offsets[0], offsets[1]);
    }

    private RequestException Broken(string what) => new(what, Path, "download or write the file again; it is cut off or damaged");
}
