using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// A corpus as a person names it: <c>PATH</c> or, parallel by line, <c>PATH,PATH</c> or <c>PATH.{en,ha}</c>, each also with the wildcards
/// <c>*</c>, <c>?</c> and <c>**</c>, or <c>-</c>; behind it what the name does not say, as in <c>pairs.tsv#source=3,target=4,header</c>.
/// </summary>
public sealed partial record CorpusSpec
{
    private static readonly string[] Keys = ["format", "source", "target", "text", "header"];

    /// <summary>The path or pattern; of the source side where there are two.</summary>
    public required string Path { get; init; }

    /// <summary>The path or pattern of the target side where the sides are two files; else null.</summary>
    public string? TargetPath { get; init; }

    /// <summary>Null = as the file's name says.</summary>
    public CorpusFormat? Format { get; init; }

    /// <summary>Column, field or (TMX, XLIFF) language of the source; null = 1, <c>source</c>, the first language of the file.</summary>
    public string? Source { get; init; }

    /// <summary>Column, field or (TMX, XLIFF) language of the target; null = 2, <c>target</c>, the second language of the file.</summary>
    public string? Target { get; init; }

    /// <summary>
    /// Where text of one language is wanted: its column, field, language (TMX) or side (XLIFF: <c>source</c>, <c>target</c>); null = 1,
    /// <c>text</c>, the source's.
    /// </summary>
    public string? Text { get; init; }

    /// <summary>Whether the first line of a TSV names the columns; a column given by name implies it.</summary>
    public bool HasHeader { get; init; }

    /// <summary>Reads a spec. A file that bears exactly this name is meant by it, whatever signs it has.</summary>
    /// <exception cref="RequestException">An unknown key or format, more than two paths.</exception>
    public static CorpusSpec Parse(string spec)
    {
        if (spec.Length == 0)
            throw new RequestException("a corpus without a name", mend: "give a path, for example corpus.{en,ha}.gz");
        if (File.Exists(spec))
            return new() { Path = spec };
        var sign = spec.LastIndexOf('#');
        var (paths, options) = sign < 0 ? (spec, "") : (spec[..sign], spec[(sign + 1)..]);
        var result = OfPaths(paths, spec);
        foreach (var option in options.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (key, value) = option.Split('=', 2) is [var name, var given] ? (name, given) : (option, "yes");
            result = key switch
            {
                "format" => result with { Format = FormatOf(value, spec) },
                "source" => result with { Source = value },
                "target" => result with { Target = value },
                "text" => result with { Text = value },
                "header" => result with { HasHeader = value == "yes" },
                _ => throw new RequestException(
                    $"no option \"{key}\"; nearest: {string.Join(", ", Nearest.To(key, Keys))}",
                    spec,
                    "write PATH#format=tsv,source=1,target=2,header for example"),
            };
        }

        return result;
    }

    /// <summary>The format of a file of this corpus.</summary>
    internal CorpusFormat FormatOf(string path, CorpusFormat ofStandardInput) =>
        Format ?? (path == CorpusStream.StandardInput ? ofStandardInput : CorpusFormats.OfName(path));

    private static CorpusSpec OfPaths(string paths, string spec)
    {
        if (File.Exists(paths))
            return new() { Path = paths };
        var brace = Braces().Match(paths);
        if (brace.Success)
        {
            string With(string side) => paths[..brace.Index] + side + paths[(brace.Index + brace.Length)..];
            return new() { Path = With(brace.Groups[1].Value), TargetPath = With(brace.Groups[2].Value) };
        }

        return paths.Split(',') switch
        {
            [var only] => new() { Path = only },
            [{ Length: > 0 } source, { Length: > 0 } target] => new() { Path = source, TargetPath = target },
            _ => throw new RequestException("one path or two expected", spec, "name each corpus for itself"),
        };
    }

    private static CorpusFormat FormatOf(string name, string spec) =>
        Enum.TryParse<CorpusFormat>(name, ignoreCase: true, out var format) && Enum.IsDefined(format) && !char.IsAsciiDigit(name[0])
            ? format
            : throw new RequestException(
                $"no format \"{name}\"", spec, "use text, tsv, jsonl, parquet, tmx or xliff");

    [GeneratedRegex(@"\{([^{},]+),([^{},]+)\}")]
    private static partial Regex Braces();
}
