using System.CommandLine;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax train RECIPE</c>: a run up to its last model.</summary>
internal static class TrainVerb
{
    internal static Command Create()
    {
        var recipe = RunOptions.Recipe();
        var options = new RunOptions();
        var command = new Command("train", """
            Runs a recipe without its evaluation and report. The run verb with the same folder goes on with them.

            Examples:
              llamax train recipes/mini-real.yaml --out runs/mini
              llamax train recipes/mini-real.yaml --out runs/mini --set phases.tuned.training.steps=100 --from phases/tuned
            """)
        { recipe };
        options.AddTo(command);
        command.SetAction((parsed, cancellation) => Task.FromResult(options.Run(parsed, recipe, evaluate: false, cancellation)));
        return command;
    }
}
