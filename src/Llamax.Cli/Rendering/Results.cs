using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llamax.Cli.Rendering;

/// <summary>What goes to standard output.</summary>
internal static class Results
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static readonly JsonSerializerOptions OneLine = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>One JSON document, for people too.</summary>
    internal static void WriteDocument(JsonNode document) => Console.Out.WriteLine(document.ToJsonString(Indented));

    /// <summary>A JSON value without line ends.</summary>
    internal static string Line(JsonNode value) => value.ToJsonString(OneLine);

    /// <summary>Columns of text, each as wide as its widest cell; the first row is the heading.</summary>
    internal static void WriteTable(params IReadOnlyList<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
            Console.Out.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
    }

    /// <summary>
    /// Standard output for many lines. Where a program or a person writes the input line by line, each line is answered at once; where the
    /// input is a file, they go in large blocks.
    /// </summary>
    internal static StreamWriter Lines(bool answersStandardInput) =>
        new(Console.OpenStandardOutput(), Utf8, 1 << 16) { AutoFlush = answersStandardInput, NewLine = "\n" };
}
