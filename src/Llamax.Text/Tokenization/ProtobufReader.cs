using System.Buffers.Binary;
using System.Text;

namespace Llamax.Text.Tokenization;

/// <summary>The bytes are not the message that they should be.</summary>
internal sealed class MalformedMessageException(string message, int offset) : Exception($"{message} at byte {offset}");

/// <summary>
/// Walks over one Protocol Buffers message (protobuf.dev/programming-guides/encoding), trusting no length that the bytes state.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> message, int origin = 0)
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _message = message;
    private readonly int _origin = origin;
    private int _position;
    private int _wireType;

    /// <summary>The number of the field under the reader.</summary>
    public int Field { get; private set; }

    private readonly int Offset => _origin + _position;

    /// <summary>Steps to the next field; false at the end of the message.</summary>
    public bool Next()
    {
        if (_position == _message.Length)
            return false;
        var key = Varint();
        Field = key >> 3 is > 0 and < 1 << 29 ? (int)(key >> 3) : throw new MalformedMessageException("impossible field number", Offset);
        _wireType = (int)(key & 7);
        return true;
    }

    public int Int32()
    {
        Expect(0);
        return unchecked((int)Varint());
    }

    public bool Boolean()
    {
        Expect(0);
        return Varint() != 0;
    }

    public float Single()
    {
        Expect(5);
        return BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    public ReadOnlySpan<byte> Bytes()
    {
        Expect(2);
        return Take(Varint());
    }

    public string Text()
    {
        var bytes = Bytes();
        try
        {
            return StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedMessageException("text that is not UTF-8", Offset - bytes.Length);
        }
    }

    /// <summary>A reader for the message inside the field.</summary>
    public ProtobufReader Message()
    {
        var bytes = Bytes();
        return new ProtobufReader(bytes, Offset - bytes.Length);
    }

    /// <summary>Steps over a field that the caller has no use for.</summary>
    public void Skip()
    {
        switch (_wireType)
        {
            case 0:
                Varint();
                break;
            case 1:
                Take(8);
                break;
            case 2:
                Take(Varint());
                break;
            case 5:
                Take(4);
                break;
            default:
                throw new MalformedMessageException($"unknown wire type {_wireType}", Offset);
        }
    }

    private readonly void Expect(int wireType)
    {
        if (_wireType != wireType)
            throw new MalformedMessageException($"field {Field} with wire type {_wireType} instead of {wireType}", Offset);
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(_message.Length - _position))
            throw new MalformedMessageException($"{length} bytes announced, {_message.Length - _position} left", Offset);
        var taken = _message.Slice(_position, (int)length);
        _position += (int)length;
        return taken;
    }

    private ulong Varint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _message.Length)
                throw new MalformedMessageException("the message ends inside a number", Offset);
            var next = _message[_position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new MalformedMessageException("a number of more than 64 bits", Offset);
    }
}
