using Llamax.Runs.Recipes;

namespace Llamax.Runs.Tests.Recipes;

public sealed class RecipeTests
{
    public enum Shape
    {
        Connected,
        SplitInTwo,
    }

    public sealed record Inner
    {
        public int Steps { get; init; } = 100;

        public double? LearningRate { get; init; }

        public Shape Format { get; init; } = Shape.Connected;
    }

    public sealed record Outer
    {
        public string Name { get; init; } = "none";

        public ulong Seed { get; init; } = 1;

        public IReadOnlyList<string> Languages { get; init; } = ["en"];

        public Inner Training { get; init; } = new();

        public IReadOnlyList<Inner> Phases { get; init; } = [];

        public IReadOnlyDictionary<string, Inner> Named { get; init; } = new Dictionary<string, Inner>();
    }

    private const string Text = """
        name: night
        languages: [en, no, de]
        training:
          steps: 2_000
          learningRate: 4e-3
        phases:
          - steps: 1
          - {format: splitInTwo}
        named:
          b: {steps: 7}
          a: {steps: 8}
        """;

    [Fact]
    public void Values_stand_over_the_defaults_of_the_records()
    {
        var outer = RecipeBinder.Bind<Outer>(RecipeFile.Parse("r.yaml", Text), "see the guide");
        Assert.Equal(("night", 1ul, 2000, 4e-3), (outer.Name, outer.Seed, outer.Training.Steps, outer.Training.LearningRate));
        Assert.Equal(["en", "no", "de"], outer.Languages);
        Assert.Equal([1, 100], outer.Phases.Select(p => p.Steps));
        Assert.Equal(Shape.SplitInTwo, outer.Phases[1].Format);
        Assert.Equal(["b", "a"], outer.Named.Keys);
    }

    [Fact]
    public void What_is_written_reads_back_as_the_same_options()
    {
        var written = RecipeWriter.Write(RecipeBinder.Bind<Outer>(RecipeFile.Parse("r.yaml", Text), "see the guide"));
        Assert.Equal(written, RecipeWriter.Write(RecipeBinder.Bind<Outer>(RecipeFile.Parse("w.yaml", written), "see the guide")));
        Assert.Contains("learningRate: 0.004", written, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_set_on_the_command_line_wins()
    {
        var file = RecipeFile.Parse("r.yaml", Text);
        file.Set("training.steps=5");
        file.Set("languages=[fr, ta]");
        file.Set("seed=1_000");
        var outer = RecipeBinder.Bind<Outer>(file, "see the guide");
        Assert.Equal((5, 1000ul), (outer.Training.Steps, outer.Seed));
        Assert.Equal(["fr", "ta"], outer.Languages);
    }

    [Theory]
    [InlineData("training:\n  stepps: 3", "r.yaml, line 2: unknown key \"training.stepps\"", "steps")]
    [InlineData("training:\n  steps: many", "r.yaml, line 2: training.steps is \"many\", expected a whole number", "whole number")]
    [InlineData("phases:\n - format: connectd", "r.yaml, line 2: phases[0].format is \"connectd\"", "connected, splitInTwo")]
    [InlineData("name: [a, b]", "r.yaml, line 1: name is a list, expected a text", "text")]
    [InlineData("training:", "r.yaml, line 1: training is nothing, expected keys: steps", "learningRate")]
    [InlineData("languages: [en, null]", "r.yaml, line 1: languages[1] is nothing, expected a text", "text")]
    [InlineData("training: 3", "r.yaml, line 1: training is \"3\", expected keys: steps", "learningRate")]
    [InlineData("name: 'x", "r.yaml, line 1: this is not YAML", "quotes")]
    [InlineData("named:\n  [a, b]: {steps: 1}", "r.yaml, line 2: a key is no text", "name: value")]
    [InlineData("- a", "r.yaml: a recipe is one YAML mapping", "recipes/")]
    public void A_wrong_recipe_names_its_line_and_the_way_out(string text, string beginning, string mend)
    {
        var message = Assert.Throws<RequestException>(
            () => RecipeBinder.Bind<Outer>(RecipeFile.Parse("r.yaml", text), "see the guide")).Message;
        Assert.StartsWith(beginning, message, StringComparison.Ordinal);
        Assert.Contains(mend, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("training.steps")]
    [InlineData("name.first=3")]
    [InlineData("training.steps=many")]
    [InlineData("languages=[fr, [ta]]")]
    [InlineData("training.step=3")]
    [InlineData("trainings.steps=3")]
    public void A_wrong_assignment_is_refused_by_itself(string assignment)
    {
        var file = RecipeFile.Parse("r.yaml", Text);
        var message = Assert.Throws<RequestException>(() =>
        {
            file.Set(assignment);
            RecipeBinder.Bind<Outer>(file, "see the guide");
        }).Message;
        Assert.StartsWith($"--set {assignment}: ", message, StringComparison.Ordinal);
    }
}
