namespace Llamax.Corpus.Reading;

/// <summary>A word and its translation a line, divided by a tab or, as in many of MUSE's files, by one space; plain or gzip.</summary>
internal static class MusePairs
{
    /// <summary>Streams the pairs; lines that do not hold two words are counted and left out.</summary>
    /// <exception cref="Runs.RequestException">The file cannot be read, or <paramref name="malformed"/> is strict.</exception>
    public static IEnumerable<SentencePair> Read(string path, MalformedLines malformed)
    {
        foreach (var (number, text) in CorpusFile.Lines(path, malformed))
        {
            if (text is null)
                continue;
            var columns = text.Contains('\t', StringComparison.Ordinal) ? text.Split('\t') : text.Trim().Split(' ');
            if (columns is [var source, var target] && !string.IsNullOrWhiteSpace(source) && !string.IsNullOrWhiteSpace(target))
                yield return new SentencePair(source, target, CorpusFile.Origin(path, number));
            else
                malformed.Add(path, number, "no word with its translation", "divide the two columns by a tab");
        }
    }
}
