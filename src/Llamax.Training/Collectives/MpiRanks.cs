using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Training.Collectives;

/// <summary>Ranks on CPUs, started by <c>mpirun</c> or <c>srun</c>: Open MPI's collectives on the memory of the tensors.</summary>
/// <param name="mpi">Started.</param>
/// <param name="watch">Ends a process whose partners do not come; this object disposes it.</param>
internal sealed unsafe class MpiRanks(OpenMpi mpi, RankWatch watch) : ICollective
{
    // Large enough for full speed, small enough for the shared-memory transport to stay in the caches.
    private const int ElementsAtOnce = 1 << 20;

    public int Rank => mpi.Rank;

    public int Size => mpi.Size;

    public byte[][] Exchange(ReadOnlySpan<byte> message, TimeSpan? patience)
    {
        using var waiting = watch.Wait(patience);
        return mpi.Exchange(message);
    }

    public void ReduceScatter(IReadOnlyList<Tensor> shards, TimeSpan? patience)
    {
        using var waiting = watch.Wait(patience);
        for (var root = 0; root < Size; root++)
        {
            var data = (float*)AotiInterop.DataPointer(shards[root]);
            var length = shards[root].NumberOfElements;
            for (long start = 0; start < length; start += ElementsAtOnce)
                mpi.Reduce(data + start, (int)Math.Min(ElementsAtOnce, length - start), root);
        }
    }

    public void AllGather(IReadOnlyList<IReadOnlyList<Tensor>> shards, TimeSpan? patience)
    {
        using var waiting = watch.Wait(patience);
        for (var root = 0; root < Size; root++)
        {
            foreach (var piece in shards[root])
            {
                var data = (byte*)AotiInterop.DataPointer(piece);
                var length = piece.NumberOfElements * piece.ElementSize;
                for (long start = 0; start < length; start += 4L * ElementsAtOnce)
                    mpi.Broadcast(data + start, (int)Math.Min(4L * ElementsAtOnce, length - start), root);
            }
        }
    }

    public void Finish() => mpi.End();

    public void Dispose() => watch.Dispose();
}
