using System.Buffers.Binary;
using System.Text;
using Llamax.Runs;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>Reads the header of a GGUF file in order. No length in it is believed before the file is seen to be long enough.</summary>
internal sealed class GgufCursor(MappedFile file)
{
    private const int DeepestArray = 4;

    /// <summary>The next byte.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that are left.</summary>
    public long Left => file.Length - Position;

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>A number of things that each need at least <paramref name="smallest"/> bytes of what is left.</summary>
    public int Count(string what, long smallest)
    {
        var count = UInt64();
        return count <= (ulong)Math.Min(Left / smallest, Array.MaxLength)
            ? (int)count
            : throw Broken($"{count} {what} are claimed and {Left} bytes are left");
    }

    public string Text(string what) => Encoding.UTF8.GetString(Take(Count($"bytes of {what}", 1)));

    /// <summary>A value as the .NET type that corresponds to its type in the file; arrays as typed arrays.</summary>
    public object Value(uint type, string key, int depth = 0) => type switch
    {
        0 => Take(1)[0],
        1 => (sbyte)Take(1)[0],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
        3 => BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
        4 => UInt32(),
        5 => BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
        6 => BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
        7 => Take(1)[0] != 0,
        8 => Text($"the value of {key}"),
        9 when depth < DeepestArray => Values(key, depth),
        10 => UInt64(),
        11 => BinaryPrimitives.ReadInt64LittleEndian(Take(8)),
        12 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
        _ => throw Broken($"the key {key} has a value of the unknown type {type}"),
    };

    public RequestException Broken(string what) => new(what, file.Path, "download or write the file again; it is cut off or damaged");

    private object Values(string key, int depth)
    {
        var type = UInt32();
        var (sizeInBytes, what) = (type switch { 0 or 1 or 7 => 1, 2 or 3 => 2, 4 or 5 or 6 => 4, _ => 8 }, $"values of {key}");
        var count = Count(what, sizeInBytes);
        T[] All<T>()
        {
            var values = new T[count];
            for (var i = 0; i < count; i++)
                values[i] = (T)Value(type, key, depth + 1);
            return values;
        }

        return type switch
        {
            0 => All<byte>(),
            1 => All<sbyte>(),
            2 => All<ushort>(),
            3 => All<short>(),
            4 => All<uint>(),
            5 => All<int>(),
            6 => All<float>(),
            7 => All<bool>(),
            8 => All<string>(),
            10 => All<ulong>(),
            11 => All<long>(),
            12 => All<double>(),
            _ => All<object>(),
        };
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > Left)
            throw Broken($"the file ends at byte {file.Length}, inside of its header");
        var bytes = file.Bytes(Position, count);
        Position += count;
        return bytes;
    }
}
