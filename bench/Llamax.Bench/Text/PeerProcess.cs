using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Llamax.Bench.Text;

/// <summary>A program of others, run by a shell that knows its processor time.</summary>
internal static partial class PeerProcess
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="package">The Debian package that has it, for the message where it is missing.</param>
    /// <param name="output">Gets its standard output.</param>
    /// <param name="program">Its name and arguments.</param>
    /// <returns>Processor seconds, of the user and the system.</returns>
    public static double Run(string package, string output, params string[] program)
    {
        // The second line of "times" is that of the shell's children.
        var start = new ProcessStartInfo("/bin/sh", ["-c", "out=$1; shift; \"$@\" > \"$out\" || exit $?; times", "sh", output, .. program])
        {
            RedirectStandardOutput = true,
        };
        using var shell = Process.Start(start)!;
        var times = shell.StandardOutput.ReadToEnd();
        shell.WaitForExit();
        if (shell.ExitCode != 0)
            throw new InvalidOperationException($"{program[0]} failed; where it is missing: apt-get install {package}");
        var children = times.Split('\n')[1];
        return Minutes().Matches(children).Sum(
            time => 60 * Number(time.Groups[1].Value) + Number(time.Groups[2].Value));
    }

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(\d+)m([\d.]+)s")]
    private static partial Regex Minutes();
}
