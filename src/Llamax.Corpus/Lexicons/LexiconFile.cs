using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// Bilingual dictionaries on disk: one entry per line, source and target in two columns divided by a tab (or, as in some MUSE files, by one
/// space); UTF-8, plain or gzip.
/// </summary>
public static class LexiconFile
{
    /// <summary>Streams the entries of one file; lines that do not hold two words are counted and left out.</summary>
    /// <exception cref="RequestException">
    /// The file cannot be read or holds no entry, or <paramref name="malformed"/> is strict and a line is malformed.
    /// </exception>
    public static IEnumerable<LexiconEntry> Read(string path, string sourceLanguage, string targetLanguage, MalformedLines malformed)
    {
        var isEmpty = true;
        foreach (var line in CorpusFile.Lines(path, malformed))
        {
            if (line.Text is null)
                continue;
            if (Columns(line.Text) is var (source, target))
            {
                isEmpty = false;
                yield return new(sourceLanguage, source, targetLanguage, target);
            }
            else
            {
                malformed.Add(CorpusFile.Origin(path, line.Number), "no word with its translation", "divide the two columns by a tab");
            }
        }

        if (isEmpty)
            throw new RequestException(
                "no line holds a word and its translation", path, "give one entry per line, its two columns divided by a tab");
    }

    /// <summary>
    /// Streams a folder of MUSE's layout: every <c>SOURCE-TARGET.txt</c> or <c>SOURCE-TARGET.txt.gz</c>, by name. MUSE's codes are the
    /// paper's.
    /// </summary>
    /// <exception cref="RequestException">The folder is missing or holds no dictionary, or a file is refused.</exception>
    public static IEnumerable<LexiconEntry> ReadMuse(string folder, MalformedLines malformed)
    {
        if (!Directory.Exists(folder))
            throw new RequestException("there is no such folder", folder, "check the path");
        var files = Directory.GetFiles(folder).Order(StringComparer.Ordinal).Where(path => MuseLanguages(path) is not null).ToList();
        if (files.Count == 0)
            throw new RequestException(
                "no file is named like a MUSE dictionary", folder, "name them SOURCE-TARGET.txt or .txt.gz, for example en-de.txt.gz");
        return files.SelectMany(path =>
        {
            var (source, target) = MuseLanguages(path)!.Value;
            return Read(path, source, target, malformed);
        });
    }

    private static (string Source, string Target)? MuseLanguages(string path)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.Ordinal))
            name = name[..^3];
        if (!name.EndsWith(".txt", StringComparison.Ordinal))
            return null;
        return name[..^4].Split('-') is [{ Length: 2 or 3 } source, { Length: 2 or 3 } target] ? (source, target) : null;
    }

    private static (string Source, string Target)? Columns(string line)
    {
        var columns = line.Contains('\t', StringComparison.Ordinal) ? line.Split('\t') : line.Trim().Split(' ');
        return columns is [var source, var target] && !string.IsNullOrWhiteSpace(source) && !string.IsNullOrWhiteSpace(target)
            ? (source, target)
            : null;
    }
}
