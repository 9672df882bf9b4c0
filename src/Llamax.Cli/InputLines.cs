using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Cli;

/// <summary>The lines that a verb is given: a file (plain or gzip), or standard input where no file is named; read as they come.</summary>
internal static class InputLines
{
    /// <summary>How standard input is named on the command line.</summary>
    internal const string StandardInput = "-";

    /// <param name="path">A file; null or <c>-</c> = standard input.</param>
    /// <param name="cancellation">Ends the waiting for standard input too.</param>
    /// <exception cref="RequestException">The file cannot be read, or a line is no UTF-8.</exception>
    internal static IEnumerable<TextLine> Read(string? path, CancellationToken cancellation)
    {
        var strict = new MalformedLines(strict: true);
        return path is null or StandardInput
            ? PlainText.Read(Console.OpenStandardInput(), "stdin", strict, cancellation)
            : PlainText.Read(path, strict, cancellation);
    }
}
