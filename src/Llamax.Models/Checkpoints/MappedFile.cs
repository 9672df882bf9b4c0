using System.IO.MemoryMappedFiles;
using Llamax.Models.Native;
using Llamax.Runs;
using Microsoft.Win32.SafeHandles;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>
/// A file of weights. Its header is mapped into memory; weights are read straight to where they belong, or through a small buffer where
/// their type changes, so that loading holds them once and not twice. (Copying them out of mapped pages took ten times longer in a virtual
/// machine, where every page costs a fault.) Whoever asks for bytes has checked that they lie inside of <see cref="Length"/>.
/// </summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private const int BytesAtOnce = 1 << 22;

    private readonly SafeFileHandle _handle;
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
        _handle = File.OpenHandle(path, options: FileOptions.SequentialScan);
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
    /// <exception cref="RequestException">The file has become shorter meanwhile.</exception>
    public void CopyTo(long begin, ScalarType type, Tensor target)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var (size, count) = ((long)SafetensorsTypes.Size(type), target.numel());
        if (type == target.dtype && target.device.type == DeviceType.CPU)
        {
            Read(begin, (byte*)AotiInterop.DataPointer(target), count * size);
            GC.KeepAlive(target);
            return;
        }

        var flat = target.view(-1);
        var buffer = empty(Math.Min(BytesAtOnce / size, count), type);
        var pointer = (byte*)AotiInterop.DataPointer(buffer);
        for (var at = 0L; at < count; at += buffer.numel())
        {
            using var part = NewDisposeScope();
            var length = Math.Min(buffer.numel(), count - at);
            Read(begin + (at * size), pointer, length * size);
            flat.narrow(0, at, length).copy_(buffer.narrow(0, 0, length));
        }
    }

    /// <summary>Reads bytes that are not worth mapping.</summary>
    /// <exception cref="RequestException">The file has become shorter meanwhile.</exception>
    public void Read(long begin, Span<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var count = RandomAccess.Read(_handle, bytes, begin);
            if (count == 0)
                throw new RequestException("the file has become shorter while it was read", Path, "copy the model again");
            begin += count;
            bytes = bytes[count..];
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _map.Dispose();
        _handle.Dispose();
    }

    private void Read(long begin, byte* target, long length)
    {
        for (var at = 0L; at < length; at += BytesAtOnce)
            Read(begin + at, new Span<byte>(target + at, (int)Math.Min(BytesAtOnce, length - at)));
    }
}
