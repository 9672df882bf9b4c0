using System.Globalization;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>Two files that are parallel by line, plain or compressed.</summary>
public static class MosesPairs
{
    /// <summary>Streams the pairs; a pair with a malformed side is counted and left out, the pairs behind it stay aligned.</summary>
    /// <exception cref="RequestException">
    /// A file cannot be read, or (after the last pair) the files differ in length, or <paramref name="malformed"/> is strict.
    /// </exception>
    public static IEnumerable<SentencePair> Read(
        string sourcePath, string targetPath, MalformedLines malformed, CancellationToken cancellation = default)
    {
        using var sources = CorpusFile.Lines(sourcePath, malformed, cancellation).GetEnumerator();
        using var targets = CorpusFile.Lines(targetPath, malformed, cancellation).GetEnumerator();
        while (true)
        {
            var (hasSource, hasTarget) = (sources.MoveNext(), targets.MoveNext());
            if (!hasSource && !hasTarget)
                yield break;
            if (hasSource != hasTarget)
                throw Unequal(sourcePath, Last(sources), targetPath, Last(targets));
            if (sources.Current.Text is { } source && targets.Current.Text is { } target)
                yield return new SentencePair(source, target, CorpusFile.Origin(sourcePath, sources.Current.Number));
        }
    }

    private static long Last(IEnumerator<FileLine> lines)
    {
        var number = lines.Current.Number;
        while (lines.MoveNext())
            number = lines.Current.Number;
        return number;
    }

    private static RequestException Unequal(string sourcePath, long sourceLines, string targetPath, long targetLines) =>
        new(
            string.Create(CultureInfo.InvariantCulture, $"{sourceLines} lines, but {targetLines} in {targetPath}"),
            sourcePath,
            "the files must be parallel by line: find where they part, or make both again from one source");
}
