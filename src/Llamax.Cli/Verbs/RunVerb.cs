using System.CommandLine;
using Llamax.Pipelines.Recipes;
using Llamax.Runs.Recipes;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax run RECIPE</c>.</summary>
internal static class RunVerb
{
    internal static Command Create()
    {
        var recipe = RunOptions.Recipe();
        var options = new RunOptions();
        var printDefaults = new Option<bool>("--print-defaults") { Description = "Print every key of a recipe with its default, and stop" };
        var command = new Command("run", """
            Runs a recipe: data, tokenizer, training sets, training phases, evaluation, report. Finished stages are not done again,
            interrupted ones go on where they stopped.

            Examples:
              llamax run recipes/mini-real.yaml --dry-run
              llamax run recipes/mini-real.yaml --out runs/mini --set profile=half-hour
              llamax run recipes/mini-real.yaml --out runs/mini --from evaluation
              llamax run --print-defaults
            """)
        { recipe, printDefaults };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(printDefaults))
            {
                Console.Out.Write(RecipeWriter.Write(RecipeFiles.Example));
                return Task.FromResult(CommandLine.Done);
            }

            return Task.FromResult(options.Run(parsed, recipe, evaluate: true, cancellation));
        });
        return command;
    }
}
