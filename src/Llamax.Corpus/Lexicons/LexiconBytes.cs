using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Llamax.Corpus.Lexicons;

/// <summary>The bytes of a lexicon: pinned memory, or a file mapped for reading, of which the system loads what is looked at.</summary>
internal sealed unsafe class LexiconBytes : IDisposable
{
    private readonly byte[]? _array;
    private readonly MemoryMappedFile? _file;
    private readonly MemoryMappedViewAccessor? _view;
    private readonly byte* _start;
    private int _length;

    /// <param name="array">Pinned.</param>
    public LexiconBytes(byte[] array)
    {
        _array = array;
        _start = (byte*)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(array));
        _length = array.Length;
    }

    /// <param name="path">A file of at least one byte.</param>
    /// <param name="length">Bytes of it, as measured by the caller.</param>
    public LexiconBytes(string path, int length)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        _start += _view.PointerOffset;
        _length = length;
    }

    /// <summary>All bytes; none after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Span => new(_start, _length);

    /// <summary>An array that does not move.</summary>
    public static byte[] Allocate(int length) => GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>Nobody may be reading.</summary>
    public void Dispose()
    {
        if (_length == 0)
            return;
        _length = 0;
        _view?.SafeMemoryMappedViewHandle.ReleasePointer();
        _view?.Dispose();
        _file?.Dispose();
        GC.KeepAlive(_array);
    }
}
