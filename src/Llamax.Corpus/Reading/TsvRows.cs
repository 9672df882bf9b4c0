using System.Globalization;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>Columns separated by tabs, plain or compressed; there is no quoting.</summary>
internal static class TsvRows
{
    /// <summary>Streams the chosen columns; lines that are too short for them are counted and left out.</summary>
    /// <param name="path">The file.</param>
    /// <param name="columns">Each a number from 1, or a name in the first line; what is not chosen is in the extra columns.</param>
    /// <param name="hasHeader">Whether the first line names the columns; a column given by name implies it.</param>
    /// <param name="malformed">Counts.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="RequestException">The file cannot be read, lacks a named column, or the counter is strict.</exception>
    public static IEnumerable<FieldLine> Read(
        string path, IReadOnlyList<string> columns, bool hasHeader, MalformedLines malformed, CancellationToken cancellation = default)
    {
        var name = CorpusStream.NameOf(path);
        var numbers = columns.Select(column => TsvColumns.Number(column) ?? 0).ToArray();
        string[]? header = null;
        string[] others = [];
        var isHeader = hasHeader || numbers.Contains(0);
        var fewest = numbers.DefaultIfEmpty(1).Max();
        foreach (var (number, text) in CorpusFile.Lines(path, malformed, cancellation))
        {
            if (isHeader)
            {
                isHeader = false;
                header = (text ?? "").Split('\t');
                for (var i = 0; i < numbers.Length; i++)
                    if (numbers[i] == 0)
                        numbers[i] = Named(columns[i], header, name);
                fewest = numbers.DefaultIfEmpty(1).Max();
            }
            else if (text is not null)
            {
                var cells = text.Split('\t');
                if (cells.Length >= fewest)
                    yield return new FieldLine(Array.ConvertAll(numbers, i => cells[i - 1]), CorpusFile.Origin(name, number))
                    {
                        Columns = Others(cells, numbers, header, ref others),
                    };
                else
                    malformed.Add(name, number, Found(cells.Length, fewest), "name the columns, or mend the line");
            }
        }
    }

    private static ExtraColumns? Others(string[] cells, int[] numbers, string[]? header, ref string[] names)
    {
        var places = Enumerable.Range(1, cells.Length).Except(numbers).ToArray();
        if (places.Length == 0)
            return null;
        if (names.Length != places.Length)
            names = Array.ConvertAll(
                places, i => i <= header?.Length ? header[i - 1] : i.ToString(CultureInfo.InvariantCulture));
        return new ExtraColumns(names, Array.ConvertAll(places, i => cells[i - 1]));
    }

    private static string Found(int found, int expected) =>
        string.Create(CultureInfo.InvariantCulture, $"{found} {(found == 1 ? "column" : "columns")} found, {expected} expected");

    private static int Named(string column, string[] names, string path)
    {
        var place = Array.IndexOf(names, column);
        if (place < 0)
            throw new RequestException(
                $"no column \"{column}\" in the first line ({string.Join(", ", names)})", path, "name one of these, or give a number");
        return place + 1;
    }
}
