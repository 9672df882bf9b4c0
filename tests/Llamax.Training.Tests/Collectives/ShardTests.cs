using Llamax.Training.Collectives;

namespace Llamax.Training.Tests.Collectives;

public sealed class ShardTests
{
    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 4)]
    [InlineData(64 * 7, 1)]
    [InlineData(64 * 7, 2)]
    [InlineData(64 * 7, 5)]
    [InlineData(1_000_003, 24)]
    public void Shards_lie_end_to_end_at_multiples_of_64_and_cover_everything_once(long length, int ranks)
    {
        var shards = Shard.Of(length, ranks);
        Assert.Equal(ranks, shards.Length);
        var next = 0L;
        foreach (var shard in shards.Where(shard => shard.Length > 0))
        {
            Assert.Equal(next, shard.Start);
            Assert.Equal(0, shard.Start % 64);
            next = shard.End;
        }

        Assert.Equal(length, next);
        Assert.All(shards, shard => Assert.True(shard.Length <= length / ranks + 64));
    }

    [Theory]
    [InlineData(10, 20, 0, 5, 0)]
    [InlineData(10, 20, 0, 15, 5)]
    [InlineData(10, 20, 12, 3, 3)]
    [InlineData(10, 20, 25, 50, 5)]
    [InlineData(10, 20, 30, 50, 0)]
    public void What_a_shard_shares_with_a_stretch(long start, long length, long otherStart, long otherLength, long shared)
    {
        var part = new Shard(start, length).Within(otherStart, otherLength);
        Assert.Equal(shared, part.Length);
        if (shared > 0)
            Assert.True(part.Start >= start && part.Start >= otherStart && part.End <= start + length && part.End <= otherStart + otherLength);
    }
}
