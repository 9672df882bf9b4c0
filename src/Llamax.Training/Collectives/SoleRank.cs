using static TorchSharp.torch;

namespace Llamax.Training.Collectives;

/// <summary>One process, which has nobody to talk to.</summary>
public sealed class SoleRank : ICollective
{
    public int Rank => 0;

    public int Size => 1;

    public byte[][] Exchange(ReadOnlySpan<byte> message, TimeSpan? patience) => [message.ToArray()];

    public void ReduceScatter(IReadOnlyList<Tensor> shards, TimeSpan? patience)
    {
    }

    public void AllGather(IReadOnlyList<IReadOnlyList<Tensor>> shards, TimeSpan? patience)
    {
    }

    public void Finish()
    {
    }

    public void Dispose()
    {
    }
}
