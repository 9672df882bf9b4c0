using System.CommandLine;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Recipes;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax run RECIPE</c>.</summary>
internal static class RunVerb
{
    internal static Command Create()
    {
        var recipe = new Argument<string?>("RECIPE") { Description = "A YAML recipe", Arity = ArgumentArity.ZeroOrOne };
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

            var path = parsed.GetValue(recipe) ?? throw new RequestException(
                "a recipe is missing", "llamax run", "name a YAML file, for example recipes/mini-real.yaml");
            var folder = Path.Combine("runs", Path.GetFileNameWithoutExtension(path));
            return Task.FromResult(options.Run(parsed, RecipeFile.Read(path), folder, cancellation));
        });
        return command;
    }
}
