using System.CommandLine;
using Llamax.Pipelines.Recipes;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax quickstart</c>: the built-in recipe on the built-in corpus.</summary>
internal static class QuickstartVerb
{
    internal static Command Create()
    {
        var options = new RunOptions();
        var smoke = new Option<bool>("--smoke")
        {
            Description = "The same flow with four languages and few steps, to see that it runs (about a minute)",
        };
        var command = new Command("quickstart", """
            The whole flow at laptop scale, without any download: a small LLaMA learns to translate between 24 languages in 10
            scripts from .NET's own locale data. Takes about ten minutes on two idle cores; the number of steps is fixed, so a busy
            machine gives the same result, only later. Ends with report.html and a model to translate with.

            Examples:
              llamax quickstart
              llamax quickstart --out runs/first --compare
              llamax translate "4 May 2021" --model quickstart/model --from en --to ja
            """)
        { smoke };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var file = RecipeFiles.Quickstart();
            if (parsed.GetValue(smoke))
                file.Set("profile=smoke");
            return Task.FromResult(options.Run(parsed, file, "quickstart", evaluate: true, cancellation));
        });
        return command;
    }
}
