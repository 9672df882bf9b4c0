using Llamax.Corpus.Reading;

namespace Llamax.Cli;

/// <summary>The lines that a verb is given: a file (plain or gzip), or standard input where no file is named; read as they come.</summary>
internal static class InputLines
{
    /// <summary>How standard input is named on the command line.</summary>
    internal const string StandardInput = "-";

    /// <param name="path">A file; null or <c>-</c> = standard input.</param>
    /// <param name="cancellation">Ends the waiting for standard input too.</param>
    /// <exception cref="Runs.RequestException">The file cannot be read, or a line is no UTF-8.</exception>
    internal static IEnumerable<TextLine> Read(string? path, CancellationToken cancellation)
    {
        var malformed = new MalformedLines(strict: true);
        return path is null or StandardInput
            ? PlainText.ReadStandardInput(malformed, cancellation)
            : PlainText.Read(path, malformed, cancellation);
    }
}
