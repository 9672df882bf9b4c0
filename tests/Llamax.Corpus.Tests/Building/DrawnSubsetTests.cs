using Llamax.Corpus.Building;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Building;

public sealed class DrawnSubsetTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(10, 0)]
    [InlineData(1000, 1)]
    [InlineData(1000, 999)]
    [InlineData(200_000, 25_000)]
    [InlineData(7, 100)]
    public void It_holds_exactly_as_many_as_were_asked_for_and_those_with_the_smallest_draws(int count, int size)
    {
        var draws = new Draws(3, "subset");
        var subset = new DrawnSubset(draws, count, size);
        var chosen = Enumerable.Range(0, count).Where(item => subset.Contains(item)).ToList();
        Assert.Equal(Math.Min(count, size), chosen.Count);
        Assert.Equal(Enumerable.Range(0, count).OrderBy(item => draws.Bits((ulong)item)).Take(size).Order(), chosen);
    }

    [Fact]
    public void It_is_not_the_first_items()
    {
        var subset = new DrawnSubset(new Draws(3, "subset"), 1000, 100);
        Assert.InRange(Enumerable.Range(0, 500).Count(item => subset.Contains(item)), 30, 70);
    }
}
