using System.Buffers.Binary;
using System.Text;

namespace Llamax.Text.Tokenization;

/// <summary>Builds one Protocol Buffers message; fields appear in the order of the calls.</summary>
internal sealed class ProtobufWriter
{
    private readonly List<byte> _message = [];

    public byte[] ToArray() => [.. _message];

    public void Int32(int field, int value)
    {
        Varint((ulong)field << 3);
        Varint((ulong)(long)value);
    }

    public void Boolean(int field, bool value) => Int32(field, value ? 1 : 0);

    public void Single(int field, float value)
    {
        Varint(((ulong)field << 3) | 5);
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _message.AddRange(bytes);
    }

    public void Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    public void Message(int field, ProtobufWriter inner) => Bytes(field, inner.ToArray());

    public void Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint(((ulong)field << 3) | 2);
        Varint((ulong)value.Length);
        _message.AddRange(value);
    }

    private void Varint(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _message.Add((byte)(value | 0x80));
        _message.Add((byte)value);
    }
}
