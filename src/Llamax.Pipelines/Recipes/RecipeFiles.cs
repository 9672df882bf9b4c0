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

    /// <summary>Applies the chosen profile, then the values of the command line, which win over it; binds and checks.</summary>
    /// <param name="file">The recipe.</param>
    /// <param name="assignments">As <c>a.b=c</c>; <c>profile=NAME</c> chooses the profile.</param>
    /// <exception cref="RequestException">A key, a value or the whole is wrong; every problem is named.</exception>
    public static Recipe Bind(RecipeFile file, params IReadOnlyList<string> assignments) => Bind(file, assignments, recipe => recipe.Problems());

    /// <summary>As <see cref="Bind(RecipeFile, IReadOnlyList{string})"/> of a recipe that may have training sets alone.</summary>
    /// <exception cref="RequestException">A key, a value or the sets are wrong.</exception>
    public static Recipe BindSets(RecipeFile file, IReadOnlyList<string> assignments) => Bind(file, assignments, recipe => recipe.SetProblems());

    private static Recipe Bind(RecipeFile file, IReadOnlyList<string> assignments, Func<Recipe, IEnumerable<OptionProblem>> problems)
    {
        foreach (var assignment in assignments.Where(IsProfile))
            file.Set(assignment);
        file.ApplyProfile();
        foreach (var assignment in assignments.Where(a => !IsProfile(a)))
            file.Set(assignment);
        var recipe = RecipeBinder.Bind<Recipe>(file, "llamax run --print-defaults shows every key");
        OptionProblem.ThrowIfAny(file.Name, problems(recipe));
        return recipe;
    }

    private static bool IsProfile(string assignment) => assignment.StartsWith("profile=", StringComparison.Ordinal);
}
