using System.Runtime.InteropServices;
using Llamax.Runs;

namespace Llamax.Training.Collectives;

/// <summary>
/// The part of NCCL 2's C interface (nccl.h) that training needs. Found at run time; written against the documented interface and
/// not yet run on hardware.
/// </summary>
internal sealed unsafe class Nccl : IDisposable
{
    private const string LibraryFile = "libnccl.so.2";
    private const int Byte = 1, Float = 7, Sum = 0;   // ncclUint8, ncclFloat32, ncclSum

    private readonly delegate* unmanaged<void*, void*, nuint, int, int, int, nint, nint, int> _reduce;
    private readonly delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int> _broadcast;
    private readonly delegate* unmanaged<int> _groupStart;
    private readonly delegate* unmanaged<int> _groupEnd;
    private readonly delegate* unmanaged<nint, int> _destroy;
    private readonly delegate* unmanaged<int, nint> _errorText;
    private readonly nint _communicator;

    /// <summary>Joins the communicator; all ranks call it with their device chosen.</summary>
    /// <param name="rank">This process.</param>
    /// <param name="size">Processes in all.</param>
    /// <param name="share">Gives the first rank's bytes to all.</param>
    /// <exception cref="RequestException">NCCL is missing.</exception>
    public Nccl(int rank, int size, Func<byte[], byte[]> share)
    {
        if (!NativeLibrary.TryLoad(LibraryFile, out var library))
        {
            throw new RequestException(
                $"{LibraryFile} does not load, and ranks on CUDA devices need it", "NCCL",
                "install NCCL 2 (package libnccl2 of NVIDIA's repository), or train on one device");
        }

        nint Symbol(string name) => NativeLibrary.GetExport(library, name);
        _reduce = (delegate* unmanaged<void*, void*, nuint, int, int, int, nint, nint, int>)Symbol("ncclReduce");
        _broadcast = (delegate* unmanaged<void*, void*, nuint, int, int, nint, nint, int>)Symbol("ncclBroadcast");
        _groupStart = (delegate* unmanaged<int>)Symbol("ncclGroupStart");
        _groupEnd = (delegate* unmanaged<int>)Symbol("ncclGroupEnd");
        _destroy = (delegate* unmanaged<nint, int>)Symbol("ncclCommDestroy");
        _errorText = (delegate* unmanaged<int, nint>)Symbol("ncclGetErrorString");
        var getId = (delegate* unmanaged<UniqueId*, int>)Symbol("ncclGetUniqueId");
        var join = (delegate* unmanaged<nint*, int, UniqueId, int, int>)Symbol("ncclCommInitRank");
        UniqueId id = default;
        if (rank == 0)
            Require(getId(&id), "ncclGetUniqueId");
        var shared = share(new ReadOnlySpan<byte>(&id, sizeof(UniqueId)).ToArray());
        shared.AsSpan(0, sizeof(UniqueId)).CopyTo(new Span<byte>(&id, sizeof(UniqueId)));
        nint communicator;
        Require(join(&communicator, size, id, rank), "ncclCommInitRank");
        _communicator = communicator;
    }

    /// <summary>Whether the library is there.</summary>
    public static bool IsInstalled => NativeLibrary.TryLoad(LibraryFile, out _);

    /// <summary>Calls that may run at the same time; on the default stream, which libtorch uses.</summary>
    public void Group(Action calls)
    {
        Require(_groupStart(), "ncclGroupStart");
        calls();
        Require(_groupEnd(), "ncclGroupEnd");
    }

    /// <summary>Sums fp32 numbers of all ranks at the root, in place.</summary>
    public void Reduce(void* data, long count, int root) =>
        Require(_reduce(data, data, (nuint)count, Float, Sum, root, _communicator, 0), "ncclReduce");

    /// <summary>Gives all ranks the root's bytes, in place.</summary>
    public void Broadcast(void* data, long count, int root) =>
        Require(_broadcast(data, data, (nuint)count, Byte, root, _communicator, 0), "ncclBroadcast");

    public void Dispose() => _destroy(_communicator);

    private void Require(int error, string call)
    {
        if (error != 0)
            throw new IOException($"{call} failed: {Marshal.PtrToStringUTF8(_errorText(error))}");
    }

    /// <summary>ncclUniqueId: 128 bytes, handed over by value.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 128)]
    private struct UniqueId
    {
    }
}
