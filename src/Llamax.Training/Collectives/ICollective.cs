using static TorchSharp.torch;

namespace Llamax.Training.Collectives;

/// <summary>
/// What the processes of one training run say to each other. Every rank makes the same calls in the same order; a call returns when
/// all ranks have made it. The results have the same bits on every rank and in every repetition with the same number of ranks.
/// </summary>
public interface ICollective : IDisposable
{
    /// <summary>This process, from 0.</summary>
    int Rank { get; }

    /// <summary>Processes in all, at least 1.</summary>
    int Size { get; }

    /// <summary>Gives every rank the messages of all ranks, for counts and decisions: some kilobytes.</summary>
    /// <param name="message">This rank's; it may be empty.</param>
    /// <param name="patience">
    /// How long other ranks may take to come to this call; null = as long as they need, where one of them works alone for hours.
    /// </param>
    /// <returns>By rank.</returns>
    byte[][] Exchange(ReadOnlySpan<byte> message, TimeSpan? patience);

    /// <summary>Sums the tensors of all ranks; each rank gets the sum of its own shard.</summary>
    /// <param name="shards">By rank: the parts of this process's tensor, contiguous fp32. Its own part becomes the sum, the others are
    /// undefined afterwards.</param>
    /// <param name="patience">As in <see cref="Exchange"/>.</param>
    void ReduceScatter(IReadOnlyList<Tensor> shards, TimeSpan? patience);

    /// <summary>Gives every rank what each rank holds in its own shard.</summary>
    /// <param name="shards">By rank: the pieces of this process's tensors, each contiguous, of any type. Those of the other ranks are
    /// overwritten by theirs.</param>
    /// <param name="patience">As in <see cref="Exchange"/>.</param>
    void AllGather(IReadOnlyList<IReadOnlyList<Tensor>> shards, TimeSpan? patience);

    /// <summary>Says on every rank that the run is over and was not cut off; without it the launcher ends the other processes.</summary>
    void Finish();
}
