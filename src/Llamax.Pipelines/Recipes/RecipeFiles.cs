using Llamax.Runs;
using Llamax.Runs.Recipes;

namespace Llamax.Pipelines.Recipes;

/// <summary>From a YAML file to a <see cref="Recipe"/> that is known to be sound.</summary>
public static class RecipeFiles
{
    /// <summary>A recipe with one of everything, so that printing it shows every key.</summary>
    public static Recipe Example { get; } = new()
    {
        Languages = ["en", "de"],
        Data = new() { Sources = [new()] },
        Sets = new Dictionary<string, SetOptions> { ["cpt"] = new() },
        Phases = new Dictionary<string, PhaseOptions> { ["cpt"] = new() { Set = "cpt" } },
        Evaluation = new() { Systems = ["cpt"] },
    };

    /// <summary>The recipe of <c>llamax quickstart</c>.</summary>
    public static RecipeFile Quickstart()
    {
        using var reader = new StreamReader(typeof(RecipeFiles).Assembly.GetManifestResourceStream("quickstart.yaml")!);
        return RecipeFile.Parse("quickstart.yaml", reader.ReadToEnd());
    }

    /// <summary>Applies the chosen profile, binds and checks.</summary>
    /// <exception cref="RequestException">A key, a value or the whole is wrong; every problem is named.</exception>
    public static Recipe Bind(RecipeFile file)
    {
        file.ApplyProfile();
        var recipe = RecipeBinder.Bind<Recipe>(file);
        OptionProblem.ThrowIfAny(file.Name, recipe.Problems());
        return recipe;
    }
}
