using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Training.Collectives;

/// <summary>Ranks with a CUDA device each: tensors by NCCL, small messages by whatever started the processes.</summary>
internal sealed unsafe class NcclRanks : ICollective
{
    private readonly Func<byte[], byte[][]> _exchange;
    private readonly Action _finish;
    private readonly RankWatch _watch;
    private readonly Nccl _nccl;

    /// <param name="rank">This process.</param>
    /// <param name="size">Processes in all.</param>
    /// <param name="exchange">Small messages.</param>
    /// <param name="finish">Says that the run was not cut off.</param>
    /// <param name="watch">Ends a process whose partners do not come; this object disposes it.</param>
    public NcclRanks(int rank, int size, Func<byte[], byte[][]> exchange, Action finish, RankWatch watch)
    {
        (Rank, Size, _exchange, _finish, _watch) = (rank, size, exchange, finish, watch);
        _nccl = new Nccl(rank, size, id => exchange(id)[0]);
    }

    public int Rank { get; }

    public int Size { get; }

    public byte[][] Exchange(ReadOnlySpan<byte> message, TimeSpan? patience)
    {
        using var waiting = _watch.Wait(patience);
        return _exchange(message.ToArray());
    }

    public void ReduceScatter(IReadOnlyList<Tensor> shards, TimeSpan? patience)
    {
        using var waiting = _watch.Wait(patience);
        _nccl.Group(() =>
        {
            for (var root = 0; root < Size; root++)
                if (shards[root].NumberOfElements > 0)
                    _nccl.Reduce((void*)AotiInterop.DataPointer(shards[root]), shards[root].NumberOfElements, root);
        });
        cuda.synchronize();
    }

    public void AllGather(IReadOnlyList<IReadOnlyList<Tensor>> shards, TimeSpan? patience)
    {
        using var waiting = _watch.Wait(patience);
        _nccl.Group(() =>
        {
            for (var root = 0; root < Size; root++)
                foreach (var piece in shards[root])
                    _nccl.Broadcast((void*)AotiInterop.DataPointer(piece), piece.NumberOfElements * piece.ElementSize, root);
        });
        cuda.synchronize();
    }

    public void Finish() => _finish();

    public void Dispose()
    {
        _nccl.Dispose();
        _watch.Dispose();
    }
}
