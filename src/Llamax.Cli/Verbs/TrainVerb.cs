using System.CommandLine;
using System.Diagnostics;
using Llamax.Pipelines;
using Llamax.Pipelines.Recipes;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax train RECIPE</c>: a run up to its last model.</summary>
internal static class TrainVerb
{
    internal static Command Create()
    {
        var recipe = RunOptions.Recipe();
        var options = new RunOptions();
        var selfTest = new Option<bool>("--selftest-resume")
        {
            Description = "Train a few steps of the first phase twice, once killed and resumed, and compare every byte; then stop",
        };
        var command = new Command("train", """
            Runs a recipe without its evaluation and report. The run verb with the same folder goes on with them.

            Examples:
              llamax train recipes/mini-real.yaml --out runs/mini
              llamax train recipes/mini-real.yaml --out runs/mini --set phases.tuned.training.steps=100 --from phases/tuned
              llamax train recipes/mini-real.yaml --selftest-resume
            """)
        { recipe, selfTest };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(parsed.GetValue(selfTest)
            ? TestResume(options.Bind(parsed, recipe), cancellation)
            : options.Run(parsed, recipe, evaluate: false, cancellation)));
        return command;
    }

    private static int TestResume(Recipe recipe, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("llamax-selftest-");
        try
        {
            var seed = (ulong)TimeProvider.System.GetTimestamp();
            var verdict = new ResumeSelfTest(recipe, Again).Run(folder.FullName, seed, cancellation);
            var what = $"killed after step {verdict.KilledAfter} of {verdict.Steps} and resumed:";
            Console.Out.WriteLine(verdict.Difference is { } difference
                ? $"{what} {difference.File} {difference.How}"
                : $"{what} the same bytes in weights, moments, log and samples");
            return verdict.Difference is null ? CommandLine.Done : CommandLine.SomeFailed;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>This program once more: by its own file, or by that of the host which was told to run it.</summary>
    private static ProcessStartInfo Again(IReadOnlyList<string> arguments)
    {
        var path = Environment.ProcessPath!;
        string[] host = Path.GetFileNameWithoutExtension(path) == "dotnet" ? [Path.Combine(AppContext.BaseDirectory, "llamax.dll")] : [];
        return new(path, [.. host, .. arguments]);
    }
}
