namespace Llamax.Runs.Tests;

public sealed class DrawsTests
{
    // Known answers of Philox 4x32-10 in the authors' Random123 distribution (kat_vectors).
    [Fact]
    public void Philox_gives_the_published_known_answers()
    {
        Assert.Equal((0x6627E8D5u, 0xE169C58Du, 0xBC57AC4Cu, 0x9B00DBD8u), Draws.FromKey(0, 0).Block(0, 0, 0, 0));
        Assert.Equal(
            (0x408F276Du, 0x41C83B0Eu, 0xA20BC7C6u, 0x6D5451FDu),
            Draws.FromKey(uint.MaxValue, uint.MaxValue).Block(uint.MaxValue, uint.MaxValue, uint.MaxValue, uint.MaxValue));
    }

    [Fact]
    public void A_permutation_holds_every_number_once()
    {
        Assert.Equal(Enumerable.Range(0, 1000), new Draws(1, "order").Permutation(1000).Order());
        Assert.NotEqual(new Draws(1, "order").Permutation(1000), new Draws(1, "order").Permutation(1000, item: 1));
    }

    [Fact]
    public void Two_purposes_draw_different_numbers()
    {
        Assert.NotEqual(new Draws(1, "a").Bits(7), new Draws(1, "b").Bits(7));
        Assert.Equal(new Draws(1, "a").Bits(7, 3), new Draws(1, "a").Bits(7, 3));
    }

    [Fact]
    public void Uniform_normal_and_bounded_draws_have_their_moments()
    {
        var draws = new Draws(5, "moments");
        var uniform = Enumerable.Range(0, 100_000).Select(i => draws.Uniform(i)).ToArray();
        Assert.All(uniform, u => Assert.InRange(u, 0, 1));
        Assert.InRange(uniform.Average(), 0.495, 0.505);
        var normal = Enumerable.Range(0, 100_000).Select(i => draws.Normal(i)).ToArray();
        Assert.InRange(normal.Average(), -0.02, 0.02);
        Assert.InRange(normal.Average(x => x * x), 0.98, 1.02);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6], Enumerable.Range(0, 1000).Select(i => draws.Below(7, i)).Distinct().Order());
    }
}
