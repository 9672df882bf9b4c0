using System.CommandLine;
using System.CommandLine.Parsing;
using Llamax.Runs;

namespace Llamax.Cli;

/// <summary>The command contract: one clear message for a wrong request, and the exit codes 0, 1, 2 and 130.</summary>
internal static class CommandLine
{
    internal const int Done = 0;
    internal const int SomeFailed = 1;
    internal const int WrongRequest = 2;
    internal const int Interrupted = 130;

    internal static async Task<int> RunAsync(RootCommand root, string[] args, CancellationToken cancellation)
    {
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
            return Refuse(Explain(parsed));
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }, cancellation);
        }
        catch (RequestException e)
        {
            return Refuse(e.Message);
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("Interrupted. What is finished is kept; the same command goes on from there.");
            return Interrupted;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Refuse($"{e.Message.TrimEnd('.')}. To mend it: free the disk, or give a folder that you may write to; then the same command goes on.");
        }
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return WrongRequest;
    }

    private static string Explain(ParseResult parsed)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(parsed.CommandResult);
        if (parsed.UnmatchedTokens.Count > 0)
        {
            var unknown = parsed.UnmatchedTokens[0];
            var (kind, known) = unknown.StartsWith('-')
                ? ("option", command.Options.Select(o => o.Name))
                : ("verb", command.Subcommands.Select(c => c.Name));
            var nearest = Nearest.To(unknown, known);
            if (nearest.Count > 0)
                return $"llamax{path}: unknown {kind} \"{unknown}\". To mend it: the nearest are {string.Join(", ", nearest)}; llamax{path} --help shows all.";
        }

        return $"llamax{path}: {parsed.Errors[0].Message.TrimEnd('.')}. To mend it: see llamax{path} --help.";
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "";
}
