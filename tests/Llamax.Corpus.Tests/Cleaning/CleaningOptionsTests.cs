using Llamax.Corpus.Cleaning;
using Llamax.Runs;
using Llamax.Runs.Recipes;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Cleaning;

public sealed class CleaningOptionsTests
{
    [Fact]
    public void The_recipe_of_the_guide_is_every_key_with_its_default()
    {
        var guide = File.ReadAllText(Path.Combine(Goldens.Repository, "docs", "clean.md"));
        var recipe = guide.Split("```yaml\n")[1].Split("```")[0];
        Assert.Equal(RecipeWriter.Write(CleaningOptions.Example), recipe);
        Assert.Empty(RecipeBinder.Bind<CleaningOptions>(RecipeFile.Parse("clean.md", recipe), "see the guide").Problems());
    }

    [Fact]
    public void The_guides_other_recipe_is_sound()
    {
        var guide = File.ReadAllText(Path.Combine(Goldens.Repository, "docs", "clean.md"));
        var lines = guide[guide.IndexOf("    identifier: lid", StringComparison.Ordinal)..].Split('\n').TakeWhile(line => line.Length > 0);
        var options = RecipeBinder.Bind<CleaningOptions>(
            RecipeFile.Parse("clean.md", string.Join('\n', lines.Select(line => line[4..]))), "see the guide");
        Assert.Empty(options.Problems());
        Assert.Equal((1.04, 0.8), (options.Scores["3"].Least, options.Languages["ha"].LeastScript));
    }

    [Fact]
    public void Scores_need_a_limit_and_an_unknown_key_names_the_nearest()
    {
        var options = new CleaningOptions
        {
            Scores = new Dictionary<string, ScoreLimits>
            {
                ["laser"] = new(),
                ["x"] = new()
                {
                    Least = 2,
                    Most = 1
                }
            }
        };
        Assert.Equal(["scores.laser", "scores.x"], options.Problems().Select(problem => problem.Option));
        var message = Assert.Throws<RequestException>(
            () => RecipeBinder.Bind<CleaningOptions>(RecipeFile.Parse("r.yaml", "limits: {mostWord: 3}"), "see the guide")).Message;
        Assert.Contains("nearest known keys are mostWords", message, StringComparison.Ordinal);
    }
}
