namespace Llamax.Corpus.Reading;

/// <summary>One sentence or paragraph a line.</summary>
public static class PlainText
{
    /// <summary>Streams the lines of a file, plain or compressed; malformed ones are counted and left out.</summary>
    /// <exception cref="Runs.RequestException">The file cannot be read, or <paramref name="malformed"/> is strict.</exception>
    public static IEnumerable<TextLine> Read(string path, MalformedLines malformed, CancellationToken cancellation = default) =>
        WellFormed(CorpusFile.Lines(path, malformed, cancellation), CorpusStream.NameOf(path));

    /// <summary>The same of a stream, as the lines come; closes it after the last.</summary>
    /// <param name="stream">Text, not compressed.</param>
    /// <param name="name">What messages and origins call it, for example <c>stdin</c>.</param>
    /// <param name="malformed">Counts.</param>
    /// <param name="cancellation">Ends the waiting for a pipe too.</param>
    /// <exception cref="Runs.RequestException">It is UTF-16, or <paramref name="malformed"/> is strict.</exception>
    public static IEnumerable<TextLine> Read(
        Stream stream, string name, MalformedLines malformed, CancellationToken cancellation = default) =>
        WellFormed(CorpusFile.Lines(() => stream, name, malformed, cancellation), name);

    private static IEnumerable<TextLine> WellFormed(IEnumerable<FileLine> lines, string name)
    {
        foreach (var line in lines)
            if (line.Text is not null)
                yield return new TextLine(line.Text, CorpusFile.Origin(name, line.Number));
    }
}
