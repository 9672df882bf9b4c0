using System.Numerics;
using System.Runtime.InteropServices;
using Llamax.Runs;

namespace Llamax.Text.Identification;

/// <summary>Reads little-endian numbers from a file of known length; nothing is allocated that its rest could not fill.</summary>
internal sealed class CheckedReader(Stream file, long length, string where) : IDisposable
{
    private const int Block = 1 << 20;

    private readonly BufferedStream _stream = new(file, 1 << 16);
    private long _left = length;

    public long Left => _left;

    public byte Byte()
    {
        Claim(1);
        return _stream.ReadByte() is >= 0 and var value ? (byte)value : throw TooShort();
    }

    public bool Flag() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw Damaged($"{other} where a 0 or 1 belongs"),
    };

    public int Int32() => Number<int>();

    public long Int64() => Number<long>();

    /// <summary>A number within bounds.</summary>
    public int Int32(string name, int lowest, int highest) => Within(Int32(), name, lowest, highest);

    /// <summary>A number within bounds.</summary>
    public long Int64(string name, long lowest, long highest) => Within(Int64(), name, lowest, highest);

    public byte[] Bytes(long count) => Array<byte>(count);

    public float[] Floats(long count) => Array<float>(count);

    /// <summary>Fails where the file has fewer than <paramref name="count"/> bytes left.</summary>
    public void Expect(UInt128 count)
    {
        if (count > (UInt128)_left)
            throw TooShort();
    }

    public void Skip(int count) => Bytes(count);

    public RequestException Damaged(string what) => new($"no fastText model: {what}", where, "fetch the file again");

    public void Dispose() => _stream.Dispose();

    private T[] Array<T>(long count)
        where T : unmanaged
    {
        var size = Marshal.SizeOf<T>();
        Expect((UInt128)count * (UInt128)size);
        if (count > System.Array.MaxLength)
            throw Damaged($"{count} numbers in one table are more than this program can hold");
        Claim(count * size);
        var values = new T[count];
        for (var start = 0; start < values.Length; start += Block)
            Fill(MemoryMarshal.AsBytes(values.AsSpan(start, Math.Min(Block, values.Length - start))));
        if (!BitConverter.IsLittleEndian && size > 1)
            foreach (ref var value in values.AsSpan())
                MemoryMarshal.AsBytes(new Span<T>(ref value)).Reverse();
        return values;
    }

    private T Number<T>()
        where T : unmanaged, IBinaryInteger<T>
    {
        Span<byte> bytes = stackalloc byte[Marshal.SizeOf<T>()];
        Claim(bytes.Length);
        Fill(bytes);
        return T.ReadLittleEndian(bytes, isUnsigned: false);
    }

    private T Within<T>(T value, string name, T lowest, T highest)
        where T : IComparable<T> => value.CompareTo(lowest) >= 0 && value.CompareTo(highest) <= 0
            ? value
            : throw Damaged($"{name} = {value}, expected {lowest} to {highest}");

    private void Claim(long count)
    {
        if (count > _left)
            throw TooShort();
        _left -= count;
    }

    private void Fill(Span<byte> bytes)
    {
        if (_stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            throw TooShort();
    }

    private RequestException TooShort() => Damaged("the file ends before its tables do");
}
