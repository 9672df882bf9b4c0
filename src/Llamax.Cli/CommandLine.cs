using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
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
        if (IsGroupAlone(parsed))
            parsed = root.Parse([.. args, "--help"]);
        if (parsed.Action is HelpAction)
            Abridge(parsed.CommandResult.Command);
        else if (UnknownToken(parsed) is { } unknown)
            return Refuse(Explain(parsed, unknown));
        else if (parsed.Errors.Count > 0)
            return Refuse(Explain(parsed, parsed.Errors[0]));
        try
        {
            // Signals are Program's: the parser would end the process two seconds after one, in the middle of a file.
            var configuration = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(configuration, cancellation);
        }
        catch (RequestException e)
        {
            return Refuse(e.Message);
        }
        catch (OperationCanceledException)
        {
            return Stop("the same command again");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var mend = e is FileNotFoundException or DirectoryNotFoundException
                ? "correct the path"
                : "free the disk, or give a folder that you may write to; then the same command goes on";
            return Refuse($"{e.Message.TrimEnd('.')}. To mend it: {mend}.");
        }
    }

    /// <summary>The one message of a verb that was interrupted.</summary>
    /// <param name="command">What goes on.</param>
    internal static int Stop(string command)
    {
        Console.Error.WriteLine($"Interrupted. Files that were finished are kept; give {command} to go on.");
        return Interrupted;
    }

    private static int Refuse(string message)
    {
        Console.Error.WriteLine(message);
        return WrongRequest;
    }

    /// <summary><c>llamax</c> or <c>llamax data</c> and nothing else: whoever types that wants to see what there is.</summary>
    private static bool IsGroupAlone(ParseResult parsed) =>
        parsed.CommandResult.Command is { Subcommands.Count: > 0, Action: null }
        && parsed.UnmatchedTokens.Count == 0
        && parsed.Action is ParseErrorAction;

    /// <summary>In the list of verbs, each verb is one line: its description up to the first stop.</summary>
    private static void Abridge(Command command)
    {
        foreach (var verb in command.Subcommands)
        {
            var text = (verb.Description ?? "").ReplaceLineEndings(" ");
            var end = text.IndexOfAny(['.', ':', ';']);
            verb.Description = end < 0 ? text : text[..end];
        }
    }

    /// <summary>
    /// The first word that is no verb and no option. The parser takes a mistyped option for one more argument where there may be several;
    /// a text that really begins with a dash goes behind <c>--</c>.
    /// </summary>
    private static string? UnknownToken(ParseResult parsed)
    {
        if (parsed.UnmatchedTokens is [var unmatched, ..])
            return unmatched;
        return parsed.Tokens
            .TakeWhile(token => token.Type != TokenType.DoubleDash)
            .Where(token => token.Type == TokenType.Argument)
            .Select(token => token.Value)
            .FirstOrDefault(value => value is ['-', '-', _, ..] || (value is ['-', var letter] && char.IsAsciiLetter(letter)));
    }

    private static string Explain(ParseResult parsed, string unknown)
    {
        var command = parsed.CommandResult.Command;
        var path = PathOf(parsed.CommandResult);
        var isOption = unknown.StartsWith('-');
        var known = isOption ? command.Options.Select(option => option.Name) : command.Subcommands.Select(verb => verb.Name);
        var nearest = Nearest.To(unknown, known);
        var what = isOption ? $"unknown option \"{unknown}\""
            : nearest.Count > 0 ? $"unknown verb \"{unknown}\""
            : $"\"{unknown}\" is one argument too many";
        var mend = nearest.Count > 0
            ? $"the nearest are {string.Join(", ", nearest)}; llamax{path} --help shows all"
            : $"see llamax{path} --help";
        return $"llamax{path}: {what}. To mend it: {mend}.";
    }

    private static string Explain(ParseResult parsed, ParseError error)
    {
        var path = PathOf(parsed.CommandResult);
        var what = error.SymbolResult is OptionResult { Tokens: [var value, ..], Option: var option }
            && NumberName(option.ValueType) is { } number
            ? $"{option.Name} \"{value.Value}\" is no {number}"
            : error.Message.TrimEnd('.');
        return $"llamax{path}: {what}. To mend it: see llamax{path} --help.";
    }

    private static string? NumberName(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(int) ? "whole number" : type == typeof(double) ? "number" : null;
    }

    private static string PathOf(CommandResult result) =>
        result.Parent is CommandResult parent ? $"{PathOf(parent)} {result.Command.Name}" : "";
}
