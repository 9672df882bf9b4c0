using Llamax.Evaluation.Suites;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;

namespace Llamax.Pipelines.Tests.Data;

public sealed class TestSetsTests
{
    [Fact]
    public void Every_direction_is_tested_with_sentences_that_training_never_sees()
    {
        var (data, tests) = Build();
        Assert.Equal(20, tests.Directions.Count);
        Assert.All(tests.Directions, direction => Assert.Equal((2, 2), (direction.SourceLines.Count, direction.References.Count)));
        var training = RunData.Pairs(data.Languages).SelectMany(pair => data.Parallel(pair.Source, pair.Target))
            .SelectMany(pair => new[] { pair.Source, pair.Target })
            .Concat(data.Languages.SelectMany(data.Monolingual).Select(line => line.Text))
            .ToHashSet(StringComparer.Ordinal);
        var tested = tests.Directions.SelectMany(direction => direction.SourceLines.Concat(direction.References));
        Assert.DoesNotContain(tested, training.Contains);
    }

    [Fact]
    public void Directions_without_pairs_in_training_are_a_group_of_their_own()
    {
        var (_, tests) = Build();
        Assert.Equal(
            [
                (DirectionGroup.FromEnglish, 4), (DirectionGroup.IntoEnglish, 4),
                (DirectionGroup.TrainedOthers, 6), (DirectionGroup.UnseenOthers, 6),
            ],
            tests.Directions.GroupBy(direction => direction.Group).OrderBy(group => group.Key).Select(group => (group.Key, group.Count())));
    }

    [Fact]
    public void Of_each_group_without_english_as_many_are_tested_as_asked_for()
    {
        var (_, tests) = Build("evaluation.directionsPerGroup=2");
        Assert.Equal(8, tests.Directions.Count(direction => direction.Group is DirectionGroup.FromEnglish or DirectionGroup.IntoEnglish));
        Assert.Equal(2, tests.Directions.Count(direction => direction.Group == DirectionGroup.TrainedOthers));
        Assert.Equal(2, tests.Directions.Count(direction => direction.Group == DirectionGroup.UnseenOthers));
    }

    [Fact]
    public void Only_the_languages_of_the_evaluation_are_tested()
    {
        var (_, tests) = Build("evaluation.languages=[de, en]");
        Assert.Equal(["de→en", "en→de"], tests.Directions.Select(direction => direction.ToString()));
    }

    [Fact]
    public void A_suite_without_sentences_is_refused_with_the_way_to_them()
    {
        var recipe = TinyRecipe.Bind();
        var message = Assert.Throws<RequestException>(() => TestSets.Build(SuiteKind.HeldOut, recipe, new RunData(recipe))).Message;
        Assert.Contains("heldOutPerLanguagePair", message, StringComparison.Ordinal);
    }

    private static (RunData Data, TestSet Tests) Build(params string[] assignments)
    {
        var recipe = TinyRecipe.Bind(["languages=[en, de, fr, es, ru]", "data.unseenPairs=0.5", .. assignments]);
        var data = new RunData(recipe);
        return (data, TestSets.Build(SuiteKind.Builtin, recipe, data));
    }
}
