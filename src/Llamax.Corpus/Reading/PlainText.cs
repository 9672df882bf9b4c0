namespace Llamax.Corpus.Reading;

/// <summary>One sentence or paragraph a line, plain or gzip.</summary>
public static class PlainText
{
    /// <summary>Streams the lines; malformed ones are counted and left out.</summary>
    /// <exception cref="Runs.RequestException">The file cannot be read, or <paramref name="malformed"/> is strict.</exception>
    public static IEnumerable<TextLine> Read(string path, MalformedLines malformed)
    {
        foreach (var line in CorpusFile.Lines(path, malformed))
            if (line.Text is not null)
                yield return new TextLine(line.Text, CorpusFile.Origin(path, line.Number));
    }
}
