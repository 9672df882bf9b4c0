using Llamax.Corpus.Mixing;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Mixing;

public sealed class MixOrderTests
{
    private static readonly Draws _draws = new(1, "mix");

    [Fact]
    public void Every_entry_is_visited_as_often_as_planned_and_epoch_by_epoch()
    {
        var stage = Stage(7, 100, 0, 1, 33);
        var steps = MixOrder.Steps(stage, _draws).ToList();
        Assert.Equal(stage.Visits, steps.Count);
        for (var source = 0; source < stage.Shares.Count; source++)
        {
            var share = stage.Shares[source];
            Assert.Equal(
                Enumerable.Range(0, (int)share.Visits)
                    .Select(i => new MixStep(source, (int)(i / share.Source.Entries), i % share.Source.Entries)),
                steps.Where(step => step.Source == source));
        }
    }

    [Fact]
    public void Sources_are_spread_evenly_over_the_stage()
    {
        var stage = Stage(20_000, 60_000, 20_000);
        var places = MixOrder.Steps(stage, _draws).Select((step, place) => (step.Source, place))
            .Where(one => one.Source == 1).Select(one => one.place).ToList();
        var halves = places.Count(place => place < stage.Visits / 2) / (double)places.Count;
        Assert.InRange(halves, 0.49, 0.51);
        // A draw by what is left: the chance that the next is of the source is its share, also next to itself.
        var neighbours = places.Zip(places.Skip(1)).Count(two => two.Second == two.First + 1) / (double)places.Count;
        Assert.InRange(neighbours - stage.Shares[1].Probability, -0.01, 0.01);
    }

    [Fact]
    public void The_order_depends_on_the_draws_alone_and_goes_on_from_any_step()
    {
        var stage = Stage(50, 20, 30);
        var whole = MixOrder.Steps(stage, _draws).ToList();
        Assert.Equal(whole, MixOrder.Steps(stage, _draws));
        Assert.Equal(whole[77..], MixOrder.Steps(stage, _draws, start: 77));
        Assert.NotEqual(whole, MixOrder.Steps(stage, new Draws(2, "mix")));
        Assert.Empty(MixOrder.Steps(stage, _draws, start: whole.Count));
    }

    private static MixStage Stage(params int[] sizes) => MixPlanner.Plan(
        [.. sizes.Select((size, i) => new MixSource($"l{i}", EntryKind.Monolingual, size))],
        new() { Method = MixMethod.Temperature, Temperature = 1.1, Budget = sizes.Sum() * 2L }).Stages[0];
}
