using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>Writes safetensors files that every other reader of the format accepts.</summary>
internal static class SafetensorsWriter
{
    private const int SliceBytes = 1 << 30;

    /// <summary>
    /// Writes the tensors in the given order, each converted to <paramref name="dtype"/>; the file appears whole or not at all.
    /// </summary>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors, ScalarType dtype)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        var position = 0L;
        foreach (var (name, value) in tensors)
        {
            var end = position + (value.numel() * SafetensorsTypes.Size(dtype));
            header[name] = new JsonObject
            {
                ["dtype"] = SafetensorsTypes.Name(dtype),
                ["shape"] = new JsonArray([.. value.shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(position, end),
            };
            position = end;
        }

        AtomicFile.Write(path, stream =>
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(header);
            var padding = (8 - (json.Length % 8)) % 8;   // the data begins at a multiple of 8
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, json.Length + padding);
            stream.Write(length);
            stream.Write(json);
            stream.Write("       "u8[..padding]);
            foreach (var (_, value) in tensors)
                WriteData(stream, value, dtype);
        });
    }

    private static unsafe void WriteData(FileStream stream, Tensor value, ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var plain = value.detach().to(dtype).cpu().contiguous();
        var pointer = (byte*)AotiInterop.DataPointer(plain);
        var left = plain.numel() * SafetensorsTypes.Size(dtype);
        while (left > 0)
        {
            var count = (int)Math.Min(left, SliceBytes);
            stream.Write(new ReadOnlySpan<byte>(pointer, count));
            pointer += count;
            left -= count;
        }

        GC.KeepAlive(plain);
    }
}
