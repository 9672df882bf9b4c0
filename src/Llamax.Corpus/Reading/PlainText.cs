namespace Llamax.Corpus.Reading;

/// <summary>One sentence or paragraph a line, plain or gzip.</summary>
public static class PlainText
{
    /// <summary>Streams the lines; malformed ones are counted and left out.</summary>
    /// <exception cref="Runs.RequestException">The file cannot be read, or <paramref name="malformed"/> is strict.</exception>
    public static IEnumerable<TextLine> Read(string path, MalformedLines malformed, CancellationToken cancellation = default) =>
        WithOrigin(CorpusFile.Lines(path, malformed, cancellation), path);

    /// <summary>The same of standard input, named <c>stdin</c> in origins.</summary>
    /// <param name="malformed">Counts what is no UTF-8.</param>
    /// <param name="cancellation">Ends the waiting for a line too.</param>
    public static IEnumerable<TextLine> ReadStandardInput(MalformedLines malformed, CancellationToken cancellation) =>
        WithOrigin(CorpusFile.Lines(Console.OpenStandardInput, "stdin", malformed, cancellation), "stdin");

    private static IEnumerable<TextLine> WithOrigin(IEnumerable<FileLine> lines, string name)
    {
        foreach (var line in lines)
            if (line.Text is not null)
                yield return new TextLine(line.Text, CorpusFile.Origin(name, line.Number));
    }
}
