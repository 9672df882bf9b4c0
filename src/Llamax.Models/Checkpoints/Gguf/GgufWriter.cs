using System.Text;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>A tensor to be written.</summary>
/// <param name="Name">GGUF's name.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Type">F32, F16, BF16 or Q8_0; Q8_0 needs rows of whole blocks.</param>
/// <param name="Value">Asked for when its turn has come and disposed afterwards: one tensor is in memory at a time.</param>
internal sealed record GgufTensor(string Name, long[] Shape, GgufType Type, Func<Tensor> Value);

/// <summary>Writes GGUF of version 3, little-endian.</summary>
internal static class GgufWriter
{
    private const int Alignment = 32;
    private const long NumbersAtOnce = 1 << 22;

    /// <summary>Writes the file whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="metadata">Keys in order; a value's .NET type decides its type in the file. Arrays must be typed and not empty.</param>
    /// <param name="tensors">In the order of the file.</param>
    public static void Write(string path, IReadOnlyCollection<KeyValuePair<string, object>> metadata, IReadOnlyList<GgufTensor> tensors) =>
        AtomicFile.Write(path, stream =>
        {
            using (var header = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
            {
                header.Write("GGUF"u8);
                header.Write(3u);
                header.Write((ulong)tensors.Count);
                header.Write((ulong)metadata.Count);
                foreach (var (key, value) in metadata)
                {
                    WriteText(header, key);
                    WriteValue(header, value);
                }

                var offset = 0L;
                foreach (var tensor in tensors)
                {
                    WriteText(header, tensor.Name);
                    header.Write((uint)tensor.Shape.Length);
                    foreach (var size in tensor.Shape.Reverse())
                        header.Write((ulong)size);
                    header.Write((uint)tensor.Type);
                    header.Write((ulong)offset);
                    offset += Aligned(Bytes(tensor));
                }
            }

            foreach (var tensor in tensors)
            {
                Pad(stream);
                WriteData(stream, tensor);
            }

            Pad(stream);
        });

    private static long Bytes(GgufTensor tensor) =>
        GgufTypes.Bytes(tensor.Type, tensor.Shape.Aggregate(1L, (product, size) => product * size));

    private static long Aligned(long position) => (position + Alignment - 1) / Alignment * Alignment;

    private static void Pad(FileStream stream)
    {
        Span<byte> zeros = stackalloc byte[Alignment];
        zeros.Clear();
        stream.Write(zeros[..(int)(Aligned(stream.Position) - stream.Position)]);
    }

    private static void WriteText(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((ulong)bytes.Length);
        writer.Write(bytes);
    }

    private static void WriteValue(BinaryWriter writer, object value)
    {
        writer.Write(TypeOf(value.GetType()));
        if (value is not Array array)
        {
            WriteBare(writer, value);
            return;
        }

        writer.Write(TypeOf(array.GetType().GetElementType()!));
        writer.Write((ulong)array.Length);
        foreach (var item in array)
            WriteBare(writer, item);
    }

    private static uint TypeOf(Type type) => type.IsArray ? 9u : Type.GetTypeCode(type) switch
    {
        TypeCode.Byte => 0,
        TypeCode.SByte => 1,
        TypeCode.UInt32 => 4,
        TypeCode.Int32 => 5,
        TypeCode.Single => 6,
        TypeCode.Boolean => 7,
        TypeCode.String => 8,
        TypeCode.UInt64 => 10,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No type of GGUF corresponds to it."),
    };

    private static void WriteBare(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case byte number: writer.Write(number); break;
            case sbyte number: writer.Write(number); break;
            case uint number: writer.Write(number); break;
            case int number: writer.Write(number); break;
            case float number: writer.Write(number); break;
            case bool flag: writer.Write(flag); break;
            case string text: WriteText(writer, text); break;
            case ulong number: writer.Write(number); break;
            default: throw new ArgumentOutOfRangeException(nameof(value), value, "No type of GGUF corresponds to it.");
        }
    }

    private static void WriteData(FileStream stream, GgufTensor tensor)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var value = tensor.Value().detach();
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.shape.AsSpan().SequenceEqual(tensor.Shape), true);
        var row = tensor.Shape.Length == 0 ? 1 : tensor.Shape[^1];
        var rows = value.reshape(-1, row);
        var atOnce = Math.Max(1, NumbersAtOnce / Math.Max(1, row));
        for (var first = 0L; first < rows.shape[0]; first += atOnce)
        {
            using var part = NewDisposeScope();
            WriteRows(stream, rows.narrow(0, first, Math.Min(atOnce, rows.shape[0] - first)), tensor.Type);
        }
    }

    private static unsafe void WriteRows(FileStream stream, Tensor rows, GgufType type)
    {
        var plain = rows.to(ElementType(type)).cpu().contiguous();
        var pointer = (void*)AotiInterop.DataPointer(plain);
        var count = (int)plain.numel();
        if (type == GgufType.Q8_0)
        {
            var blocks = new byte[GgufTypes.Bytes(type, count)];
            BlockQuantization.ToQ8(new ReadOnlySpan<float>(pointer, count), blocks);
            stream.Write(blocks);
        }
        else
        {
            stream.Write(new ReadOnlySpan<byte>(pointer, count * SafetensorsTypes.Size(plain.dtype)));
        }

        GC.KeepAlive(plain);
    }

    private static ScalarType ElementType(GgufType type) => type switch
    {
        GgufType.F32 or GgufType.Q8_0 => ScalarType.Float32,
        GgufType.F16 => ScalarType.Float16,
        GgufType.BF16 => ScalarType.BFloat16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "llama.cpp's quantiser writes this type."),
    };
}
