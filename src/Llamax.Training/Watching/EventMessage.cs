using System.Buffers.Binary;

namespace Llamax.Training.Watching;

/// <summary>One Protocol Buffers message of an event file.</summary>
internal sealed class EventMessage
{
    private readonly List<byte> _bytes = [];

    public byte[] ToArray() => [.. _bytes];

    public void Varint(int field, ulong value)
    {
        Plain((ulong)field << 3);
        Plain(value);
    }

    public void Double(int field, double value)
    {
        Plain(((ulong)field << 3) | 1);
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    public void Single(int field, float value)
    {
        Plain(((ulong)field << 3) | 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.AddRange(bytes);
    }

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Plain(((ulong)field << 3) | 2);
        Plain((ulong)value.Length);
        _bytes.AddRange(value);
    }

    public void Message(int field, Action<EventMessage> fill)
    {
        var inner = new EventMessage();
        fill(inner);
        Bytes(field, inner.ToArray());
    }

    private void Plain(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _bytes.Add((byte)(value | 0x80));
        _bytes.Add((byte)value);
    }
}
