using System.Globalization;
using System.IO.Compression;
using System.Text;
using Llamax.Runs;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Lexicons;

/// <summary>
/// Bilingual dictionaries on disk: one entry per line, source and target in two columns divided by a tab (or, as in some MUSE files, by one
/// space); UTF-8, plain or <c>.gz</c>.
/// </summary>
public static class LexiconFile
{
    /// <summary>
    /// Streams the entries of one file. A line that does not hold two words is passed over, counted and reported when the file ends;
    /// with <paramref name="isStrict"/> it stops the run.
    /// </summary>
    /// <exception cref="RequestException">The file is missing, no gzip, no UTF-8 or holds no entry, or a line is malformed and <paramref name="isStrict"/>.</exception>
    public static IEnumerable<LexiconEntry> Read(
        string path, string sourceLanguage, string targetLanguage, IRunEvents? events = null, bool isStrict = false)
    {
        if (!File.Exists(path))
            throw new RequestException("there is no such lexicon", path);
        return ReadLines(path, sourceLanguage, targetLanguage, events ?? SilentEvents.Instance, isStrict);
    }

    /// <summary>
    /// Streams a folder of MUSE's layout: every <c>SOURCE-TARGET.txt</c> or <c>SOURCE-TARGET.txt.gz</c>, by name. MUSE's codes are the paper's.
    /// </summary>
    /// <exception cref="RequestException">The folder is missing or holds no dictionary.</exception>
    public static IEnumerable<LexiconEntry> ReadMuse(string folder, IRunEvents? events = null, bool isStrict = false)
    {
        if (!Directory.Exists(folder))
            throw new RequestException("there is no such folder", folder);
        var files = Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(path => (Path: path, Languages: MuseLanguages(path)))
            .Where(file => file.Languages is not null).ToList();
        if (files.Count == 0)
            throw new RequestException("no file is named like a MUSE dictionary", folder, "name them SOURCE-TARGET.txt or SOURCE-TARGET.txt.gz, for example en-de.txt.gz");
        return files.SelectMany(file => Read(file.Path, file.Languages!.Value.Source, file.Languages.Value.Target, events, isStrict));
    }

    private static (string Source, string Target)? MuseLanguages(string path)
    {
        var name = Path.GetFileName(path);
        if (name.EndsWith(".gz", StringComparison.Ordinal))
            name = name[..^3];
        return name.EndsWith(".txt", StringComparison.Ordinal) && name[..^4].Split('-') is [var source, var target]
            && source.Length is 2 or 3 && target.Length is 2 or 3 ? (source, target) : null;
    }

    private static IEnumerable<LexiconEntry> ReadLines(string path, string sourceLanguage, string targetLanguage, IRunEvents events, bool isStrict)
    {
        long entries = 0, malformed = 0, number = 0, firstMalformed = 0;
        using var reader = Open(path);
        while (NextLine(reader, path, number) is { } line)
        {
            number++;
            if (Columns(line) is not { } columns)
            {
                if (isStrict)
                    throw Malformed(path, number);
                firstMalformed = malformed++ == 0 ? number : firstMalformed;
                continue;
            }

            entries++;
            yield return new(sourceLanguage, columns.Source, targetLanguage, columns.Target);
        }

        if (entries == 0)
            throw number == 0 ? new RequestException("the lexicon is empty", path) : Malformed(path, 1);
        if (malformed > 0)
            events.Warn(string.Create(CultureInfo.InvariantCulture, $"{path}: passed over {malformed:N0} of {number:N0} lines that do not hold two words, the first at line {firstMalformed}"));
    }

    private static RequestException Malformed(string path, long line) => new(
        "one word and its translation expected", string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}"), "divide the two columns by a tab");

    private static (string Source, string Target)? Columns(string line)
    {
        var columns = line.Contains('\t', StringComparison.Ordinal) ? line.Split('\t') : line.Trim().Split(' ');
        return columns is [var source, var target] && !string.IsNullOrWhiteSpace(source) && !string.IsNullOrWhiteSpace(target) ? (source, target) : null;
    }

    private static StreamReader Open(string path)
    {
        Stream stream = File.OpenRead(path);
        if (path.EndsWith(".gz", StringComparison.Ordinal))
            stream = new GZipStream(stream, CompressionMode.Decompress);
        return new StreamReader(stream, new UTF8Encoding(false, throwOnInvalidBytes: true));
    }

    private static string? NextLine(StreamReader reader, string path, long linesBefore)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception error) when (error is InvalidDataException or DecoderFallbackException)
        {
            var where = string.Create(CultureInfo.InvariantCulture, $"{path}, line {linesBefore + 1}");
            throw error is InvalidDataException
                ? new RequestException("the gzip data is damaged", where, "fetch the file again", error)
                : new RequestException("bytes that are not UTF-8", where, "convert the file to UTF-8", error);
        }
    }
}
