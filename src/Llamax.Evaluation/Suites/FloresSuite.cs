using System.IO.Compression;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Evaluation.Suites;

/// <summary>
/// Flores-101 and Flores-200 (Goyal et al., TACL 2022; NLLB Team, 2022): <c>FOLDER/SPLIT/CODE.SPLIT</c>, plain or with <c>.gz</c>.
/// </summary>
public static class FloresSuite
{
    /// <summary>Reads the lines of some languages of the paper.</summary>
    /// <param name="folder">For example <c>$LLAMAX_DATA/flores101</c>.</param>
    /// <param name="split"><c>dev</c> or <c>devtest</c>.</param>
    /// <param name="codes">Which of the set's own codes a language has: <see cref="CodeSet.Flores101"/> or <see cref="CodeSet.Flores200"/>.</param>
    /// <param name="languages">The languages, in the order of the report.</param>
    /// <param name="limit">The first so many lines; null = all.</param>
    /// <returns>Lines by the paper's language code.</returns>
    /// <exception cref="RequestException">A file is missing or broken, or the set does not have the language.</exception>
    public static IReadOnlyList<(string Language, IReadOnlyList<string> Lines)> Read(
        string folder, string split, CodeSet codes, IEnumerable<Language> languages, int? limit = null)
    {
        var result = new List<(string, IReadOnlyList<string>)>();
        foreach (var language in languages)
        {
            var code = language.CodeIn(codes)
                ?? throw new RequestException($"{codes} has no {language.Name}", folder, "leave the language out");
            var path = Path.Combine(folder, split, $"{code}.{split}");
            var lines = ReadLines(File.Exists(path) ? path : path + ".gz");
            result.Add((language.Code, limit is { } count ? [.. lines.Take(count)] : lines));
        }

        return result;
    }

    private static List<string> ReadLines(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            using var text = path.EndsWith(".gz", StringComparison.Ordinal) ? (Stream)new GZipStream(file, CompressionMode.Decompress) : file;
            using var reader = new StreamReader(text);
            var lines = new List<string>();
            while (reader.ReadLine() is { } line)
                lines.Add(line);
            return lines;
        }
        catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new RequestException("the file is missing", path, "point at a folder with Flores, or leave the language out", failure);
        }
        catch (InvalidDataException failure)
        {
            throw new RequestException("the file is not a gzip file", path, "fetch it again", failure);
        }
    }
}
