using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Llamax.Runs;

namespace Llamax.Models.Checkpoints.TorchZip;

/// <summary>
/// Python's pickle machine (protocols 0 to 5 as torch.save writes them) without Python: it builds plain data, and the few names that it
/// knows are interpreted by <see cref="PickleNames"/>. Nothing that a file names is ever run.
/// </summary>
internal sealed class PickleMachine
{
    private const int MostMemory = 1 << 24;

    private readonly byte[] _code;
    private readonly string _path;
    private readonly PickleNames _names;
    private readonly Stack<object?> _stack = new();
    private readonly Stack<Stack<object?>> _marked = new();
    private readonly Dictionary<long, object?> _memory = [];
    private Stack<object?> _top;
    private int _at;

    private PickleMachine(byte[] code, string path)
    {
        (_code, _path, _names, _top) = (code, path, new PickleNames(path), _stack);
    }

    /// <summary>The value that a pickle describes.</summary>
    /// <param name="code">data.pkl.</param>
    /// <param name="path">The archive, for messages.</param>
    /// <exception cref="RequestException">It is cut off or damaged, or it names something that is not on the allow-list.</exception>
    public static object? Run(byte[] code, string path)
    {
        var machine = new PickleMachine(code, path);
        try
        {
            return machine.Run();
        }
        catch (Exception failure) when (failure is InvalidOperationException or InvalidCastException or FormatException or OverflowException
            or ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            throw machine.Broken($"the pickle is damaged at byte {machine._at} ({failure.Message})");
        }
    }

    private object? Run()
    {
        while (true)
        {
            var operation = Byte();
            if (operation == '.')
                return _top.Pop();
            if (!Constant(operation) && !Container(operation) && !Remembering(operation) && !Naming(operation))
                throw Broken($"the pickle has the unknown operation 0x{operation:x2} at byte {_at - 1}");
        }
    }

    private bool Constant(byte operation)
    {
        switch (operation)
        {
            case 0x80: _ = Byte(); break;                                            // PROTO
            case 0x95: _ = Take(8); break;                                           // FRAME
            case (byte)'N': Push(null); break;
            case 0x88: Push(true); break;
            case 0x89: Push(false); break;
            case (byte)'I': Push(Line() switch { "00" => false, "01" => true, var text => Number(text) }); break;
            case (byte)'L': Push(Number(Line().TrimEnd('L'))); break;
            case (byte)'J': Push((long)Int32()); break;
            case (byte)'K': Push((long)Byte()); break;
            case (byte)'M': Push((long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2))); break;
            case 0x8a: Push(Long(Byte())); break;                                    // LONG1
            case 0x8b: Push(Long(Int32())); break;                                   // LONG4
            case (byte)'F': Push(double.Parse(Line(), CultureInfo.InvariantCulture)); break;
            case (byte)'G': Push(BinaryPrimitives.ReadDoubleBigEndian(Take(8))); break;
            case (byte)'V': Push(Line()); break;
            case (byte)'X': Push(Text(Int32())); break;
            case 0x8c: Push(Text(Byte())); break;                                    // SHORT_BINUNICODE
            case 0x8d: Push(Text(Length64())); break;                                // BINUNICODE8
            case (byte)'T': Push(Text(Int32())); break;                              // BINSTRING
            case (byte)'U': Push(Text(Byte())); break;                               // SHORT_BINSTRING
            case (byte)'B': Push(Take(Int32()).ToArray()); break;
            case (byte)'C': Push(Take(Byte()).ToArray()); break;
            case 0x8e or 0x96: Push(Take(Length64()).ToArray()); break;              // BINBYTES8, BYTEARRAY8
            default: return false;
        }

        return true;
    }

    private bool Container(byte operation)
    {
        switch (operation)
        {
            case (byte)'(':
                _marked.Push(_top);
                _top = new();
                break;
            case (byte)'0': _ = _top.Pop(); break;
            case (byte)'1': _ = PopMark(); break;
            case (byte)'2': Push(_top.Peek()); break;
            case (byte)']' or 0x8f: Push(new List<object?>()); break;                // EMPTY_LIST, EMPTY_SET
            case (byte)'l' or 0x91: Push(PopMark().ToList()); break;                 // LIST, FROZENSET
            case (byte)'a':
                var item = _top.Pop();
                ((List<object?>)_top.Peek()!).Add(item);
                break;
            case (byte)'e' or 0x90:                                                  // APPENDS, ADDITEMS
                var items = PopMark();
                ((List<object?>)_top.Peek()!).AddRange(items);
                break;
            case (byte)')': Push(new PickledTuple([])); break;
            case (byte)'t': Push(new PickledTuple(PopMark())); break;
            case 0x85: Push(new PickledTuple(Pop(1))); break;
            case 0x86: Push(new PickledTuple(Pop(2))); break;
            case 0x87: Push(new PickledTuple(Pop(3))); break;
            case (byte)'}': Push(new PickledDictionary()); break;
            case (byte)'d':
                var pairs = PopMark();
                Push(new PickledDictionary());
                Fill(pairs);
                break;
            case (byte)'s': Fill(Pop(2)); break;
            case (byte)'u': Fill(PopMark()); break;
            default: return false;
        }

        return true;
    }

    private bool Remembering(byte operation)
    {
        switch (operation)
        {
            case (byte)'p': Remember(Number(Line())); break;
            case (byte)'q': Remember(Byte()); break;
            case (byte)'r': Remember(UInt32()); break;
            case 0x94: Remember(_memory.Count); break;                               // MEMOIZE
            case (byte)'g': Push(Remembered(Number(Line()))); break;
            case (byte)'h': Push(Remembered(Byte())); break;
            case (byte)'j': Push(Remembered(UInt32())); break;
            default: return false;
        }

        return true;
    }

    private bool Naming(byte operation)
    {
        switch (operation)
        {
            case (byte)'c':
                Push(_names.Find(Line(), Line()));
                break;
            case 0x93:                                                               // STACK_GLOBAL
                var named = Pop(2);
                Push(_names.Find((string)named[0]!, (string)named[1]!));
                break;
            case (byte)'R' or 0x81:                                                  // REDUCE, NEWOBJ
                var call = Pop(2);
                Push(_names.Make((PickledGlobal)call[0]!, (PickledTuple)call[1]!));
                break;
            case 0x92:                                                               // NEWOBJ_EX
                var made = Pop(3);
                Push(_names.Make((PickledGlobal)made[0]!, (PickledTuple)made[1]!));
                break;
            case (byte)'b': _ = _top.Pop(); break;                                   // BUILD: the state of inert data
            case (byte)'Q': Push(_names.Storage((PickledTuple)_top.Pop()!)); break;
            default: return false;
        }

        return true;
    }

    private void Push(object? value) => _top.Push(value);

    private object?[] Pop(int count)
    {
        var values = new object?[count];
        for (var i = count - 1; i >= 0; i--)
            values[i] = _top.Pop();
        return values;
    }

    private object?[] PopMark()
    {
        var values = _top.ToArray();
        Array.Reverse(values);
        _top = _marked.Pop();
        return values;
    }

    private void Fill(object?[] pairs)
    {
        if (_top.Peek() is not PickledDictionary dictionary)
        {
            if (_top.Peek() is PickledObject)
                return;
            throw Broken($"the pickle puts a pair into something else at byte {_at}");
        }

        for (var i = 0; i + 1 < pairs.Length; i += 2)
            dictionary.Set(pairs[i], pairs[i + 1]);
    }

    private void Remember(long place)
    {
        if (_memory.Count >= MostMemory)
            throw Broken($"the pickle remembers more than {MostMemory} values");
        _memory[place] = _top.Peek();
    }

    private object? Remembered(long place) => _memory.TryGetValue(place, out var value)
        ? value
        : throw Broken($"the pickle asks for value {place}, which it never made");

    private byte Byte() => Take(1)[0];

    private int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    private int Length64() => (int)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(Take(8)), int.MaxValue);

    // Little-endian two's complement.
    private long Long(int length)
    {
        if (length > 8)
            throw Broken($"the pickle has an integer of {length} bytes");
        var bytes = Take(length);
        var value = 0L;
        for (var i = 0; i < length; i++)
            value |= (long)bytes[i] << (8 * i);
        return length is > 0 and < 8 && (bytes[^1] & 0x80) != 0 ? value - (1L << (8 * length)) : value;
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    private string Text(int length) => Encoding.UTF8.GetString(Take(length));

    private string Line()
    {
        var end = Array.IndexOf(_code, (byte)'\n', _at);
        if (end < 0)
            throw Broken("the pickle is cut off");
        var line = Encoding.UTF8.GetString(_code, _at, end - _at);
        _at = end + 1;
        return line;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count < 0 || count > _code.Length - _at)
            throw Broken($"the pickle is cut off: {count} bytes are claimed at byte {_at} of {_code.Length}");
        _at += count;
        return _code.AsSpan(_at - count, count);
    }

    private RequestException Broken(string what) => new(what, _path, "download or write the file again; it is cut off or damaged");
}
