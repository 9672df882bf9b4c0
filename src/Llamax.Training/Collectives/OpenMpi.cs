using System.Runtime.InteropServices;
using Llamax.Runs;

namespace Llamax.Training.Collectives;

/// <summary>
/// The part of MPI 3.1's C interface that training needs, as Open MPI 4 and 5 implement it: their handles are addresses of symbols.
/// Found at run time: a machine without it trains on one process.
/// </summary>
internal sealed unsafe partial class OpenMpi
{
    /// <summary>Tells <see cref="Reduce"/> that the root's buffer holds its own part and takes the result.</summary>
    public static readonly void* InPlace = (void*)1;

    private const string LibraryFile = "libmpi.so.40";

    private readonly delegate* unmanaged<void*, void*, int, nint, nint, int, nint, int> _reduce;
    private readonly delegate* unmanaged<void*, int, nint, int, nint, int> _broadcast;
    private readonly delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int> _allGather;
    private readonly delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int> _allGatherVarying;
    private readonly delegate* unmanaged<int> _finalize;
    private readonly nint _world;
    private readonly nint _float;
    private readonly nint _byte;
    private readonly nint _sum;

    /// <summary>Loads the library and starts MPI in this process; once only.</summary>
    /// <exception cref="RequestException">Open MPI is missing, or it refuses.</exception>
    public OpenMpi()
    {
        // Its plug-ins look for the symbols of the library among the global ones.
        const int LoadNow = 2, Global = 0x100;
        if (!OperatingSystem.IsLinux() || Open(LibraryFile, LoadNow | Global) == 0 || !NativeLibrary.TryLoad(LibraryFile, out var library))
        {
            throw new RequestException(
                $"{LibraryFile} does not load", "Open MPI",
                "install Open MPI 4 or 5 (Debian: apt-get install libopenmpi3 openmpi-bin), or start without mpirun");
        }

        nint Symbol(string name) => NativeLibrary.GetExport(library, name);
        (_world, _float, _byte, _sum) =
            (Symbol("ompi_mpi_comm_world"), Symbol("ompi_mpi_float"), Symbol("ompi_mpi_byte"), Symbol("ompi_mpi_op_sum"));
        _reduce = (delegate* unmanaged<void*, void*, int, nint, nint, int, nint, int>)Symbol("MPI_Reduce");
        _broadcast = (delegate* unmanaged<void*, int, nint, int, nint, int>)Symbol("MPI_Bcast");
        _allGather = (delegate* unmanaged<void*, int, nint, void*, int, nint, nint, int>)Symbol("MPI_Allgather");
        _allGatherVarying = (delegate* unmanaged<void*, int, nint, void*, int*, int*, nint, nint, int>)Symbol("MPI_Allgatherv");
        _finalize = (delegate* unmanaged<int>)Symbol("MPI_Finalize");
        var start = (delegate* unmanaged<int*, byte***, int, int*, int>)Symbol("MPI_Init_thread");
        var rank = (delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_rank");
        var size = (delegate* unmanaged<nint, int*, int>)Symbol("MPI_Comm_size");

        // All calls come from the training thread, but not from the one that started the process.
        const int Serialized = 2;
        int provided, found;
        Require(start(null, null, Serialized, &provided), "MPI_Init_thread");
        if (provided < Serialized)
            throw new RequestException("Open MPI was built without support for threads", "Open MPI", "install a build with it");
        Require(rank(_world, &found), "MPI_Comm_rank");
        Rank = found;
        Require(size(_world, &found), "MPI_Comm_size");
        Size = found;
    }

    public int Rank { get; }

    public int Size { get; }

    /// <summary>Whether the library is there, without starting MPI.</summary>
    public static bool IsInstalled => OperatingSystem.IsLinux() && NativeLibrary.TryLoad(LibraryFile, out _);

    /// <summary>Sums <paramref name="count"/> fp32 numbers of all ranks at the root.</summary>
    public void Reduce(float* data, int count, int root) => Require(
        Rank == root ? _reduce(InPlace, data, count, _float, _sum, root, _world) : _reduce(data, null, count, _float, _sum, root, _world),
        "MPI_Reduce");

    /// <summary>Gives all ranks the root's bytes.</summary>
    public void Broadcast(byte* data, int count, int root) => Require(_broadcast(data, count, _byte, root, _world), "MPI_Bcast");

    /// <summary>Gives every rank the messages of all.</summary>
    public byte[][] Exchange(ReadOnlySpan<byte> message)
    {
        var (lengths, starts) = (new int[Size], new int[Size]);
        var length = message.Length;
        fixed (int* counts = lengths, places = starts)
        fixed (byte* source = message)
        {
            Require(_allGather(&length, sizeof(int), _byte, counts, sizeof(int), _byte, _world), "MPI_Allgather");
            for (var rank = 1; rank < Size; rank++)
                places[rank] = checked(places[rank - 1] + counts[rank - 1]);
            var all = new byte[places[Size - 1] + counts[Size - 1]];
            fixed (byte* target = all)
                Require(_allGatherVarying(source, length, _byte, target, counts, places, _byte, _world), "MPI_Allgatherv");
            return [.. lengths.Select((count, rank) => all.AsSpan(starts[rank], count).ToArray())];
        }
    }

    /// <summary>Ends MPI; a process that leaves without it is taken for a failure by the launcher.</summary>
    public void End() => Require(_finalize(), "MPI_Finalize");

    // By default Open MPI ends all processes with a message of its own on any error; this is for builds that were told not to.
    private static void Require(int error, string call)
    {
        if (error != 0)
            throw new IOException($"{call} failed with error {error}.");
    }

    [LibraryImport("libc.so.6", EntryPoint = "dlopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Open(string file, int flags);
}
