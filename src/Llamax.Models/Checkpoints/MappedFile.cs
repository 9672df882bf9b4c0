using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>
/// A file of weights mapped into memory. Pages that were copied are given back at once, so that loading holds the weights once and not
/// twice. Whoever asks for bytes has checked that they lie inside of <see cref="Length"/>.
/// </summary>
internal sealed unsafe partial class MappedFile : IDisposable
{
    private const int ForgetPages = 4;   // MADV_DONTNEED of mman.h
    private const long PageBytes = 4096;
    private const long BytesAtOnce = 1 << 25;

    private readonly MemoryMappedFile _map;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _data;
    private bool _isDisposed;

    /// <exception cref="RequestException">The file does not exist or is empty.</exception>
    public MappedFile(string path)
    {
        Path = path;
        if (!File.Exists(path))
            throw new RequestException("the file does not exist", path, "copy the model again");
        Length = new FileInfo(path).Length;
        if (Length == 0)
            throw new RequestException("0 bytes: an empty file", path, "copy the model again");
        _map = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        _view = _map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _data);
    }

    public string Path { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    public ReadOnlySpan<byte> Bytes(long begin, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(begin + length, Length);
        return new(_data + begin, length);
    }

    /// <summary>
    /// A view of the mapped pages: no byte is read before it is used. Never write to it, and dispose it before this file.
    /// </summary>
    public Tensor View(long begin, ReadOnlySpan<long> shape, ScalarType type)
    {
        var bytes = (long)SafetensorsTypes.Size(type);
        foreach (var size in shape)
            bytes *= size;
        ArgumentOutOfRangeException.ThrowIfNegative(begin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(begin + bytes, Length);
        return AotiInterop.FromMemory((nint)(_data + begin), shape, type);
    }

    /// <summary>Copies as many elements as <paramref name="target"/> (contiguous) has, converting their type.</summary>
    public void CopyTo(long begin, ScalarType type, Tensor target)
    {
        using var quiet = no_grad();
        using var whole = NewDisposeScope();
        var flat = target.view(-1);
        var (size, count) = ((long)SafetensorsTypes.Size(type), target.numel());
        for (var at = 0L; at < count;)
        {
            using var scope = NewDisposeScope();
            var length = Math.Min(BytesAtOnce / size, count - at);
            flat.narrow(0, at, length).copy_(View(begin + (at * size), [length], type));
            Forget(begin + (at * size), length * size);
            at += length;
        }
    }

    /// <summary>Gives the pages of bytes that were read back to the system; they come again from the file when they are used.</summary>
    public void Forget(long begin, long length)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var first = begin / PageBytes * PageBytes;   // the map begins at a page
        _ = Advise(_data + first, (nuint)(begin + length - first), ForgetPages);
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
