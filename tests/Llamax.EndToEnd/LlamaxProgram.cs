using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Llamax.EndToEnd;

/// <summary>What a run of <c>llamax</c> said.</summary>
/// <param name="ExitCode">0 done, 1 some items failed, 2 wrong request, 130 interrupted.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record ProgramResult(int ExitCode, string Out, string Error)
{
    /// <summary>Standard output line by line.</summary>
    public string[] Lines => Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts that the request was refused with one message on standard error and nothing on standard output.</summary>
    public string Refusal()
    {
        Assert.Equal((2, ""), (ExitCode, Out));
        var message = Assert.Single(Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("To mend it:", message, StringComparison.Ordinal);
        return message;
    }

    /// <summary>As <see cref="Refusal"/> where the program had begun to talk: the last line is the message.</summary>
    public string RefusalAtLast()
    {
        Assert.Equal((2, ""), (ExitCode, Out));
        var message = Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Contains("To mend it:", message, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", Error, StringComparison.Ordinal);
        return message;
    }

    /// <summary>Asserts that all went well and nothing was said on standard error.</summary>
    public ProgramResult Done()
    {
        Assert.Equal((0, ""), (ExitCode, Error));
        return this;
    }
}

/// <summary>The built <c>llamax</c> as a stranger starts it: a process of its own, without any setting of this machine.</summary>
internal static class LlamaxProgram
{
    private static readonly string Assembly = Path.Combine(AppContext.BaseDirectory, "llamax.dll");

    public static ProgramResult Run(params string[] arguments) => RunOn("", arguments);

    public static ProgramResult RunOn(string input, params string[] arguments) =>
        Run(Encoding.UTF8.GetBytes(input), new Dictionary<string, string>(), arguments);

    public static ProgramResult Run(byte[] input, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        using var process = Start(environment, "dotnet", [Assembly, .. arguments]);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.BaseStream.Write(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // The program has ended without reading everything, as it may.
        }

        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.Result);
    }

    /// <summary>Sends SIGINT as soon as standard error has a line with these words, and waits for the end.</summary>
    public static ProgramResult Interrupt(string words, params string[] arguments)
    {
        using var process = Start(new Dictionary<string, string>(), "dotnet", [Assembly, .. arguments]);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = new StringBuilder();
        var sent = false;
        while (process.StandardError.ReadLine() is { } line)
        {
            error.Append(line).Append('\n');
            if (sent || !line.Contains(words, StringComparison.Ordinal))
                continue;
            var id = process.Id.ToString(CultureInfo.InvariantCulture);
            using var kill = Process.Start("/bin/kill", ["-INT", id]);
            kill.WaitForExit();
            sent = true;
        }

        process.WaitForExit();
        Assert.True(sent, $"no line has \"{words}\":\n{error}");
        return new(process.ExitCode, output.Result, error.ToString());
    }

    /// <summary>Starts a program; both its outputs and its input are pipes.</summary>
    public static Process Start(IReadOnlyDictionary<string, string> environment, string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (var variable in start.Environment.Keys.Where(name => name.StartsWith("LLAMAX_", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(variable);
        start.Environment["LLAMAX_CACHE"] = Path.Combine(AppContext.BaseDirectory, "no-cache");
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>The command line that a shell runs, for redirections.</summary>
    public static ProgramResult Shell(string redirected, params string[] arguments)
    {
        var command = $"exec dotnet '{Assembly}' {string.Join(' ', arguments.Select(a => $"'{a}'"))} {redirected}";
        using var process = Start(new Dictionary<string, string>(), "/bin/sh", ["-c", command]);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.Result);
    }
}
