using System.Text;
using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Writing;

/// <summary>UTF-8 without a byte order mark, lines that end in LF.</summary>
internal static class Lines
{
    public static StreamWriter Open(Stream stream) =>
        new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false), 1 << 16, leaveOpen: true) { NewLine = "\n" };

    /// <summary>What would be read back as something else; null where nothing would.</summary>
    public static string? Problem(string text, bool isFirst)
    {
        if (text.AsSpan().ContainsAny('\n', '\0'))
            return "a line end or NUL inside, which a file of lines cannot hold";
        if (text is [.., '\r'])
            return "a carriage return at its end, which a file of lines cannot hold";
        return isFirst && text is ['\uFEFF', ..] ? "a byte order mark, which cannot begin a file of lines" : null;
    }
}

/// <summary>A text a line; the sides of pairs in files of their own. Further columns are not kept.</summary>
internal sealed class TextWriterOfLines(params IReadOnlyList<Stream> sides) : RecordWriter
{
    private readonly StreamWriter[] _sides = [.. sides.Select(Lines.Open)];
    private bool _isFirst = true;

    public override string? Write(ReadOnlySpan<string> texts, ExtraColumns? columns)
    {
        foreach (var text in texts)
            if (Lines.Problem(text, _isFirst) is { } problem)
                return problem;
        for (var side = 0; side < texts.Length; side++)
            _sides[side].WriteLine(texts[side]);
        _isFirst = false;
        return null;
    }

    public override void Finish() => Array.ForEach(_sides, side => side.Flush());
}

/// <summary>The texts and then the further columns, divided by tabs. All records have the columns of the first.</summary>
internal sealed class TsvWriter(Stream stream, IReadOnlyList<string> names, bool hasHeader) : RecordWriter
{
    private readonly StreamWriter _lines = Lines.Open(stream);
    private FixedColumns? _columns;

    public override string? Write(ReadOnlySpan<string> texts, ExtraColumns? columns)
    {
        var isFirst = _columns is null;
        var layout = _columns ?? new FixedColumns(columns?.Names ?? []);
        if (layout.Arrange(columns, out var values) is { } problem)
            return problem;
        string[] cells = [.. texts, .. values];
        string[]? header = isFirst && hasHeader ? [.. names, .. layout.Names] : null;
        if ((header is null ? null : Problem(header, isFirst: true) ?? FixedColumns.Repeated(header)) is { } wrongName)
            return $"a column's name has {wrongName}";
        if (Problem(cells, isFirst && header is null) is { } wrongCell)
            return wrongCell;
        _columns = layout;
        if (header is not null)
            _lines.WriteLine(string.Join('\t', header));
        _lines.WriteLine(string.Join('\t', cells));
        return null;
    }

    public override void Finish()
    {
        if (_columns is null && hasHeader)
            _lines.WriteLine(string.Join('\t', names));
        _lines.Flush();
    }

    private static string? Problem(string[] cells, bool isFirst)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            if (cells[i].Contains('\t', StringComparison.Ordinal))
                return "a tab inside, which TSV cannot hold";
            if (Lines.Problem(i < cells.Length - 1 ? cells[i].TrimEnd('\r') : cells[i], isFirst && i == 0) is { } problem)
                return problem;
        }

        return null;
    }
}
