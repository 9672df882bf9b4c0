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
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors, ScalarType dtype) =>
        Write(path, TensorToWrite.Of(tensors, dtype));

    /// <summary>Writes the tensors in the given order, one in memory at a time; the file appears whole or not at all.</summary>
    public static void Write(string path, IReadOnlyList<TensorToWrite> tensors)
    {
        var header = new JsonObject { ["__metadata__"] = new JsonObject { ["format"] = "pt" } };
        var position = 0L;
        foreach (var tensor in tensors)
        {
            header[tensor.Name] = new JsonObject
            {
                ["dtype"] = SafetensorsTypes.Name(tensor.Type),
                ["shape"] = new JsonArray([.. tensor.Shape.Select(size => (JsonNode)size)]),
                ["data_offsets"] = new JsonArray(position, position + tensor.Bytes),
            };
            position += tensor.Bytes;
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
            foreach (var tensor in tensors)
                WriteData(stream, tensor);
        });
    }

    private static unsafe void WriteData(FileStream stream, TensorToWrite tensor)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var value = tensor.Value();
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.shape.AsSpan().SequenceEqual(tensor.Shape), true);
        var plain = value.detach().to(tensor.Type).cpu().contiguous();
        var pointer = (byte*)AotiInterop.DataPointer(plain);
        var left = tensor.Bytes;
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
