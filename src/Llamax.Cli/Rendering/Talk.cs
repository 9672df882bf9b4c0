using Llamax.Runs.Progress;
using Llamax.Training.Collectives;
using Spectre.Console;

namespace Llamax.Cli.Rendering;

/// <summary>What every verb writes to: results to stdout, talk to stderr.</summary>
internal static class Talk
{
    /// <summary>Bars where stderr is a terminal, plain lines where it is not; of several ranks only the first shows progress.</summary>
    internal static IRunEvents Events() =>
        Launch.IsSilentRank ? new RankEvents(Console.Error)
            : Console.IsErrorRedirected
            ? new PlainEvents(Console.Error)
            : new TerminalEvents(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));
}
