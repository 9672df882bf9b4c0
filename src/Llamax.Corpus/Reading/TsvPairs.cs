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

/// <summary>Pairs in columns separated by tabs, plain or compressed; there is no quoting.</summary>
public static class TsvPairs
{
    /// <summary>Streams the pairs; lines with too few columns or invalid UTF-8 are counted and left out.</summary>
    /// <exception cref="RequestException">
    /// The file cannot be read, lacks a named column, <paramref name="columns"/> are wrong, or <paramref name="malformed"/> is strict.
    /// </exception>
    public static IEnumerable<SentencePair> Read(string path, TsvColumns columns, MalformedLines malformed)
    {
        OptionProblem.ThrowIfAny("TSV columns", columns.Problems());
        return TsvRows.Read(path, [columns.Source, columns.Target], columns.HasHeader, malformed).Select(row => row.Pair);
    }
}
