using Llamax.Training.Collectives;
using static TorchSharp.torch;

namespace Llamax.Training.Tests.Collectives;

/// <summary>Ranks that are threads of the test: what they say lies in shared memory, so that nothing needs to be installed.</summary>
internal sealed class ThreadRanks(int rank, ThreadRanks.Shared shared) : ICollective
{
    private readonly Shared _shared = shared;

    public int Rank => rank;

    public int Size => _shared.Size;

    /// <summary>Runs <paramref name="body"/> on so many threads and gives what they return, by rank.</summary>
    public static T[] Run<T>(int size, Func<ICollective, T> body)
    {
        var shared = new Shared(size);
        var results = new T[size];
        var failures = new Exception?[size];
        var threads = Enumerable.Range(0, size).Select(rank => new Thread(() =>
        {
            try
            {
                results[rank] = body(new ThreadRanks(rank, shared));
            }
            catch (Exception failure)
            {
                failures[rank] = failure;
                shared.Barrier.RemoveParticipant();
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        return failures.FirstOrDefault(failure => failure is not null) is { } first ? throw new AggregateException(first) : results;
    }

    public byte[][] Exchange(ReadOnlySpan<byte> message, TimeSpan? patience)
    {
        _shared.Messages[Rank] = message.ToArray();
        _shared.Barrier.SignalAndWait();
        byte[][] all = [.. _shared.Messages];
        _shared.Barrier.SignalAndWait();
        return all;
    }

    public void ReduceScatter(IReadOnlyList<Tensor> shards, TimeSpan? patience)
    {
        using var scope = NewDisposeScope();
        _shared.Tensors[Rank] = [.. shards];
        _shared.Barrier.SignalAndWait();
        var sum = _shared.Tensors[0][Rank].clone();
        for (var other = 1; other < Size; other++)
            sum.add_(_shared.Tensors[other][Rank]);
        _shared.Barrier.SignalAndWait();
        shards[Rank].copy_(sum);
        _shared.Barrier.SignalAndWait();
    }

    public void AllGather(IReadOnlyList<IReadOnlyList<Tensor>> shards, TimeSpan? patience)
    {
        using var frozen = no_grad();
        _shared.Tensors[Rank] = [.. shards[Rank]];
        _shared.Barrier.SignalAndWait();
        for (var other = 0; other < Size; other++)
            for (var piece = 0; other != Rank && piece < shards[other].Count; piece++)
                shards[other][piece].copy_(_shared.Tensors[other][piece]);
        _shared.Barrier.SignalAndWait();
    }

    public void Finish()
    {
    }

    public void Dispose()
    {
    }

    internal sealed class Shared(int size)
    {
        public int Size => size;

        public Barrier Barrier { get; } = new(size);

        public byte[][] Messages { get; } = new byte[size][];

        public Tensor[][] Tensors { get; } = new Tensor[size][];
    }
}
