using Llamax.Corpus.Mixing;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Mixing;

public sealed class MixPlannerTests
{
    private static readonly MixSource[] _three =
        [new("en", EntryKind.Monolingual, 8000), new("ha", EntryKind.Monolingual, 150), new("sw", EntryKind.Monolingual, 1850)];

    [Fact]
    public void By_size_and_without_a_budget_everything_is_seen_once()
    {
        var stage = Assert.Single(MixPlanner.Plan(_three, new()).Stages);
        Assert.Equal([8000L, 150L, 1850L], stage.Shares.Select(share => share.Planned));
        Assert.All(stage.Shares, share => Assert.Equal((1.0, 1), (share.Epochs, share.Repeats)));
        Assert.Equal([0.8, 0.015, 0.185], stage.Languages.Select(language => language.Probability));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1 / 0.3)]
    [InlineData(5)]
    [InlineData(100)]
    public void Temperature_follows_its_formula(double temperature)
    {
        // p(l) = n(l)^(1/τ) / Σ n(k)^(1/τ); a budget so small that no cap is met.
        var plan = Plan(MixMethod.Temperature, budget: 400, temperature, epochs: 1000);
        var weights = _three.Select(source => Math.Pow(source.Size / 10_000.0, 1 / temperature)).ToList();
        foreach (var (share, weight) in plan.Stages[0].Shares.Zip(weights))
            Assert.InRange(share.Planned - (400 * weight / weights.Sum()), -1, 1);
    }

    [Fact]
    public void A_higher_temperature_is_more_even()
    {
        var smallest = new[] { 1.0, 2, 4, 8, 16 }
            .Select(temperature => Plan(MixMethod.Temperature, 1000, temperature, epochs: 1000).Stages[0].Shares[1].Planned).ToList();
        Assert.Equal(smallest.Order(), smallest);
        Assert.True(smallest[0] < smallest[^1]);
    }

    [Fact]
    public void UniMax_is_its_published_algorithm_on_random_languages()
    {
        var draws = new Draws(1, "unimax");
        for (var item = 0; item < 300; item++)
        {
            var sizes = Enumerable.Range(0, 1 + draws.Below(30, item)).Select(i => 1L + draws.Below(1_000_000, item, 100 + i)).ToList();
            var epochs = 1 + draws.Below(10, item, 1);
            var budget = 1 + draws.Below(20_000_000, item, 2);
            var sources = sizes.Select((size, i) => new MixSource($"l{i}", EntryKind.Monolingual, size)).ToList();
            var stage = MixPlanner.Plan(
                sources, new() { Method = MixMethod.UniMax, MaximumEpochs = epochs, Budget = budget }).Stages[0];

            // Chung et al. 2023, Algorithm 1: languages by size; each gets an even part of the remaining budget, or N epochs.
            var (left, expected) = ((double)budget, new double[sizes.Count]);
            var order = Enumerable.Range(0, sizes.Count).OrderBy(i => sizes[i]).ToList();
            for (var i = 0; i < order.Count; i++)
            {
                expected[order[i]] = Math.Min(left / (order.Count - i), sizes[order[i]] * (double)epochs);
                left -= expected[order[i]];
            }

            foreach (var (share, value) in stage.Shares.Zip(expected))
                Assert.InRange(share.Planned - value, -1, 1);
        }
    }

    [Theory]
    [InlineData(MixMethod.Proportional)]
    [InlineData(MixMethod.Temperature)]
    [InlineData(MixMethod.UniMax)]
    public void The_budget_is_met_exactly_within_the_caps_and_more_budget_means_no_less_of_anything(MixMethod method)
    {
        var draws = new Draws(2, "budget");
        for (var item = 0; item < 100; item++)
        {
            var sources = Enumerable.Range(0, 1 + draws.Below(20, item)).SelectMany(i => new[]
            {
                new MixSource($"l{i}", EntryKind.Monolingual, draws.Below(10_000, item, 10 + i)),
                new MixSource($"l{i}", EntryKind.Parallel, 1 + draws.Below(10_000, item, 40 + i)),
            }).ToList();
            var options = new MixOptions
            {
                Method = method,
                MaximumEpochs = 1.5,
                LanguageMaximumEpochs = new Dictionary<string, double> { ["l0"] = 3 },
                MaximumPerLanguage = 15_000,
                Temperature = 2,
            };
            var before = new long[sources.Count];
            foreach (var budget in (long[])[1, 100, 10_000, 100_000, 1_000_000])
            {
                var stage = MixPlanner.Plan(sources, options with { Budget = budget }).Stages[0];
                var caps = stage.Languages.Sum(l => Math.Min(15_000, (long)(l.Size * (l.Language == "l0" ? 3 : 1.5))));
                Assert.Equal(Math.Min(budget, caps), stage.Planned);
                Assert.All(stage.Languages, l => Assert.True(l.Planned <= Math.Min(15_000, l.Size * (l.Language == "l0" ? 3 : 1.5))));
                for (var i = 0; i < before.Length; i++)
                    Assert.True(stage.Shares[i].Planned >= before[i] - 1, "rounding moves one");
                before = [.. stage.Shares.Select(share => share.Planned)];
            }
        }
    }

    [Fact]
    public void The_kinds_of_a_language_are_seen_equally_often()
    {
        var plan = MixPlanner.Plan(
            [new("ha", EntryKind.Monolingual, 300), new("ha", EntryKind.Parallel, 100), new("en", EntryKind.Monolingual, 9600)],
            new() { Method = MixMethod.UniMax, Budget = 5000 });
        Assert.Equal([1200L, 400L, 3400L], plan.Stages[0].Shares.Select(share => share.Planned));
        Assert.Equal(new("ha", 400, 1600, 0.32, 4, 4), plan.Languages[0]);
    }

    [Fact]
    public void Tokens_are_planned_and_entries_are_drawn()
    {
        var share = MixPlanner.Plan([new("ha", EntryKind.Monolingual, 5000, 100)], new() { Budget = 12_500 }).Stages[0].Shares[0];
        Assert.Equal((12_500L, 2.5, 3, 250L), (share.Planned, share.Epochs, share.Repeats, share.Visits));
    }

    [Fact]
    public void A_curriculum_sees_the_kinds_one_after_the_other()
    {
        MixSource[] sources =
            [new("ha", EntryKind.Monolingual, 300), new("ha", EntryKind.Parallel, 50), new("en", EntryKind.Augmented, 50)];
        var first = MixPlanner.Plan(sources, new() { Curriculum = MixCurriculum.MonolingualThenParallel });
        Assert.Equal(["monolingual", "parallel"], first.Stages.Select(stage => stage.Name));
        Assert.Equal([300L, 100L], first.Stages.Select(stage => stage.Planned));
        Assert.Equal([EntryKind.Parallel, EntryKind.Augmented], first.Stages[1].Shares.Select(share => share.Source.Kind));
        var second = MixPlanner.Plan(
            sources, new() { Curriculum = MixCurriculum.ParallelThenMonolingual, FirstStageShare = 0.25, Budget = 800 });
        Assert.Equal(["parallel", "monolingual"], second.Stages.Select(stage => stage.Name));
        Assert.Equal([200L, 600L], second.Stages.Select(stage => stage.Planned));
        Assert.Equal(new("ha", 350, 700, 0.875, 2, 2), second.Languages.Single(language => language.Language == "ha"));
    }

    [Fact]
    public void Requests_that_cannot_be_met_are_refused()
    {
        var options = new MixOptions
        {
            Method = (MixMethod)9,
            Temperature = 0.5,
            Budget = 0,
            MaximumEpochs = 0,
            LanguageMaximumEpochs = new Dictionary<string, double> { ["en"] = double.NaN },
            MaximumPerLanguage = -1,
            Curriculum = (MixCurriculum)9,
            FirstStageShare = 1,
        };
        var message = Assert.Throws<RequestException>(() => MixPlanner.Plan(_three, options)).Message;
        Assert.All(
            ["method", "temperature", "budget", "maximumEpochs", "languageMaximumEpochs.en", "maximumPerLanguage", "curriculum",
                "firstStageShare"],
            name => Assert.Contains(name, message, StringComparison.Ordinal));
        Assert.Contains("one stage", Refusal(_three, new() { FirstStageShare = 0.5 }), StringComparison.Ordinal);
        Assert.Contains("nothing to see", Refusal([], new()), StringComparison.Ordinal);
        Assert.Contains("\"parallel\" has nothing to see",
            Refusal(_three, new() { Curriculum = MixCurriculum.MonolingualThenParallel }), StringComparison.Ordinal);
        Assert.Contains("ha (mono) is named twice", Refusal([.. _three, _three[1] with { Size = 5 }], new()), StringComparison.Ordinal);
        Assert.Contains("limit is set for zu",
            Refusal(_three, new() { LanguageMaximumEpochs = new Dictionary<string, double> { ["zu"] = 1 } }), StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => MixPlanner.Plan([new("en", EntryKind.Monolingual, -1)], new()));

        static string Refusal(MixSource[] sources, MixOptions options) =>
            Assert.Throws<RequestException>(() => MixPlanner.Plan(sources, options)).Message;
    }

    [Fact]
    public void A_language_without_data_is_seen_never() =>
        Assert.Equal((0L, 0.0), MixPlanner.Plan([.. _three, new("zu", EntryKind.Monolingual, 0)], new() { Method = MixMethod.UniMax })
            .Stages[0].Shares.Select(share => (share.Planned, share.Epochs)).Last());

    private static MixPlan Plan(MixMethod method, long budget, double temperature, double epochs) =>
        MixPlanner.Plan(_three, new() { Method = method, Budget = budget, Temperature = temperature, MaximumEpochs = epochs });
}
