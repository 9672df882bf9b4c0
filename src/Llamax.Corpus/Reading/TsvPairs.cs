using System.Globalization;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>Which columns of a TSV file are the two sides.</summary>
public sealed record TsvColumns
{
    /// <summary>The source's column: a number from 1, or a name in the first line.</summary>
    public string Source { get; init; } = "1";

    /// <summary>The target's column: a number from 1, or a name in the first line.</summary>
    public string Target { get; init; } = "2";

    /// <summary>Whether the first line names the columns; a column given by name implies it.</summary>
    public bool HasHeader { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (Number(Source) < 1)
            yield return new("source", Source, "must be a number from 1 or a name", "use 1 for the first column");
        if (Number(Target) < 1)
            yield return new("target", Target, "must be a number from 1 or a name", "use 2 for the second column");
    }

    /// <summary>The column's number from 1; null when it is given by name.</summary>
    internal static int? Number(string column) =>
        int.TryParse(column, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;
}

/// <summary>Pairs in columns separated by tabs, plain or gzip; there is no quoting.</summary>
public static class TsvPairs
{
    /// <summary>Streams the pairs; lines with too few columns or invalid UTF-8 are counted and left out.</summary>
    /// <exception cref="RequestException">
    /// The file cannot be read, lacks a named column, <paramref name="columns"/> are wrong, or <paramref name="malformed"/> is strict.
    /// </exception>
    public static IEnumerable<SentencePair> Read(string path, TsvColumns columns, MalformedLines malformed)
    {
        OptionProblem.ThrowIfAny("TSV columns", columns.Problems());
        var (source, target) = (TsvColumns.Number(columns.Source), TsvColumns.Number(columns.Target));
        var header = columns.HasHeader || source is null || target is null;
        foreach (var line in CorpusFile.Lines(path, malformed))
        {
            if (header)
            {
                header = false;
                var names = (line.Text ?? "").Split('\t');
                source ??= Named(columns.Source, names, path);
                target ??= Named(columns.Target, names, path);
            }
            else if (line.Text is not null)
            {
                var origin = CorpusFile.Origin(path, line.Number);
                if (Field(line.Text, source!.Value) is { } sourceText && Field(line.Text, target!.Value) is { } targetText)
                    yield return new SentencePair(sourceText, targetText, origin);
                else
                    malformed.Add(origin, Found(line.Text, Math.Max(source!.Value, target!.Value)), "name the columns, or mend the line");
            }
        }
    }

    private static string? Field(string line, int number)
    {
        var rest = line.AsSpan();
        for (; number > 1; number--)
        {
            var tab = rest.IndexOf('\t');
            if (tab < 0)
                return null;
            rest = rest[(tab + 1)..];
        }

        var end = rest.IndexOf('\t');
        return (end < 0 ? rest : rest[..end]).ToString();
    }

    private static string Found(string line, int expected)
    {
        var found = 1 + line.AsSpan().Count('\t');
        return string.Create(CultureInfo.InvariantCulture, $"{found} {(found == 1 ? "column" : "columns")} found, {expected} expected");
    }

    private static int Named(string column, string[] names, string path)
    {
        var place = Array.IndexOf(names, column);
        if (place < 0)
            throw new RequestException(
                $"no column \"{column}\" in the first line ({string.Join(", ", names)})", path, "name one of these, or give a number");
        return place + 1;
    }
}
