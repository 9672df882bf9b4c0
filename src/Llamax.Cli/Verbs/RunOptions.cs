using System.CommandLine;
using Llamax.Cli.Rendering;
using Llamax.Pipelines;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Recipes;

namespace Llamax.Cli.Verbs;

/// <summary>What <c>run</c>, <c>train</c> and <c>quickstart</c> share.</summary>
internal sealed class RunOptions
{
    private readonly Option<string?> _out = new("--out") { Description = "Folder of the results", HelpName = "DIR" };
    private readonly Option<string[]> _set = new("--set")
    {
        Description = "Replace a value of the recipe, for example model.layers=6",
        HelpName = "A.B=C",
    };
    private readonly Option<string?> _from = new("--from") { Description = "Do this stage and all after it anew", HelpName = "STAGE" };
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be done, and stop" };
    private readonly Option<bool> _compare = new("--compare")
    {
        Description = "Also run the phases that are only there to compare against",
    };

    internal void AddTo(Command command)
    {
        foreach (var option in (Option[])[_out, _set, _from, _dryRun, _compare])
            command.Options.Add(option);
    }

    internal static Argument<string?> Recipe() => new("RECIPE") { Description = "A YAML recipe", Arity = ArgumentArity.ZeroOrOne };

    /// <summary>Runs the recipe that is named, with or without measuring the models after training.</summary>
    internal int Run(ParseResult parsed, Argument<string?> recipe, bool evaluate, CancellationToken cancellation)
    {
        var path = PathOf(parsed, recipe);
        return Run(parsed, RecipeFile.Read(path), Path.Combine("runs", Path.GetFileNameWithoutExtension(path)), evaluate, cancellation);
    }

    /// <summary>The recipe that is named, with the values that were set.</summary>
    internal Recipe Bind(ParseResult parsed, Argument<string?> recipe) =>
        RecipeFiles.Bind(RecipeFile.Read(PathOf(parsed, recipe)), parsed.GetValue(_set) ?? []);

    private static string PathOf(ParseResult parsed, Argument<string?> recipe) => parsed.GetValue(recipe) ?? throw new RequestException(
        "a recipe is missing", $"llamax {parsed.CommandResult.Command.Name}", "name a YAML file, for example recipes/mini-real.yaml");

    internal int Run(ParseResult parsed, RecipeFile file, string defaultOut, bool evaluate, CancellationToken cancellation)
    {
        var recipe = RecipeFiles.Bind(file, parsed.GetValue(_set) ?? []);
        if (!evaluate)
            recipe = recipe with { Evaluation = recipe.Evaluation with { Systems = [] } };
        var events = Talk.Events();
        using var display = events as IDisposable;
        var run = new RecipeRun(recipe, parsed.GetValue(_out) ?? defaultOut, parsed.GetValue(_compare), events);
        if (parsed.GetValue(_dryRun))
        {
            foreach (var line in run.Describe())
                Console.Out.WriteLine(line);
            return CommandLine.Done;
        }

        var from = parsed.GetValue(_from);
        try
        {
            run.Execute(from, cancellation);
            return CommandLine.Done;
        }
        catch (OperationCanceledException) when (from is not null)
        {
            return CommandLine.Stop($"the same command without --from {from}");
        }
    }
}
