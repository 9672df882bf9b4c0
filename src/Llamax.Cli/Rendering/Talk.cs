using Llamax.Runs.Progress;
using Spectre.Console;

namespace Llamax.Cli.Rendering;

/// <summary>What every verb writes to: results to stdout, talk to stderr.</summary>
internal static class Talk
{
    /// <summary>Bars where stderr is a terminal, plain lines where it is not.</summary>
    internal static IRunEvents Events() =>
        Console.IsErrorRedirected
            ? new PlainEvents(Console.Error)
            : new TerminalEvents(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }));
}
