using Llamax.Corpus.Reading;
using Parquet;
using Parquet.Schema;

namespace Llamax.Corpus.Writing;

/// <summary>Columns of text in row groups of 50,000; the further columns are those of the first record.</summary>
internal sealed class ParquetRowWriter(Stream stream, IReadOnlyList<string> names) : RecordWriter
{
    private const int RowsPerGroup = 50_000;

    // A group ends earlier where its texts are long.
    private const long CharactersPerGroup = 64 << 20;

    private readonly List<string[]> _rows = [];
    private FixedColumns? _columns;
    private DataField<string>[] _fields = [];
    private ParquetWriter? _writer;
    private long _characters;

    public override string? Write(ReadOnlySpan<string> texts, ExtraColumns? columns)
    {
        var layout = _columns ?? new FixedColumns(columns?.Names ?? []);
        if ((layout.Arrange(columns, out var values) ?? FixedColumns.Repeated([.. names, .. layout.Names])) is { } problem)
            return problem;
        if (layout.Names.Any(name => name.Length == 0))
            return "a column without a name, which Parquet cannot hold";
        _columns = layout;
        string[] row = [.. texts, .. values];
        _rows.Add(row);
        _characters += row.Sum(cell => (long)cell.Length);
        if (_rows.Count == RowsPerGroup || _characters >= CharactersPerGroup)
            WriteGroup();
        return null;
    }

    public override void Finish()
    {
        if (_rows.Count > 0 || _writer is null)
            WriteGroup();
        _writer!.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _writer = null;
    }

    public override void Dispose()
    {
        _writer?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        base.Dispose();
    }

    private void WriteGroup()
    {
        WriteGroupAsync().GetAwaiter().GetResult();
        _rows.Clear();
        _characters = 0;
    }

    private async Task WriteGroupAsync()
    {
        if (_writer is null)
        {
            _fields = [.. names.Concat(_columns?.Names ?? []).Select(name => new DataField<string>(name, nullable: false))];
            var options = new ParquetOptions
            {
                // The default level squeezes out a few per cent more at ten times the time of everything else.
                CompressionMethod = CompressionMethod.Zstd,
                CompressionLevel = System.IO.Compression.CompressionLevel.Fastest,
            };
            _writer = await ParquetWriter.CreateAsync(new ParquetSchema(_fields), stream, options).ConfigureAwait(false);
        }

        using var group = _writer.CreateRowGroup();
        for (var column = 0; column < _fields.Length; column++)
            await group.WriteAsync(_fields[column], _rows.ConvertAll(row => row[column])).ConfigureAwait(false);
        group.CompleteValidate();
    }
}
