using System.Buffers.Binary;
using System.Globalization;
using Llamax.Runs;
using Parquet;
using Parquet.Schema;

namespace Llamax.Corpus.Reading;

/// <summary>Columns of a Parquet file, a row group in memory at a time.</summary>
internal static class ParquetRows
{
    /// <summary>Larger row groups than anybody writes; a damaged or hostile footer may claim them.</summary>
    private const long MostRowsPerGroup = 1 << 24;

    private const long MostBytesPerColumn = 1 << 30;

    /// <summary>
    /// Streams the chosen text columns, a nested one as <c>translation.en</c>; other columns of text, numbers and truth values become
    /// <see cref="FieldLine.Columns"/>. A row without text in a chosen column is counted and left out; its place is its number.
    /// </summary>
    /// <exception cref="RequestException">The file is no whole Parquet, lacks a column, or the counter is strict.</exception>
    public static IEnumerable<FieldLine> Read(
        string path, IReadOnlyList<string> columns, MalformedLines malformed, CancellationToken cancellation = default)
    {
        var name = CorpusStream.NameOf(path);
        using var stream = Seekable(path, name, cancellation);
        CheckFooter(stream, name);
        var reader = Checked(name, () => ParquetReader.CreateAsync(stream, leaveStreamOpen: true, cancellationToken: cancellation));
        try
        {
            var flat = Checked(name, () => Task.FromResult(reader.Schema.DataFields)).Where(field => !field.IsArray && !IsRepeated(field));
            var fields = flat.ToDictionary(Name, StringComparer.Ordinal);
            var chosen = columns.Select(column => Text(fields, column, name)).ToArray();
            var others = fields.Values.Except(chosen).Where(IsScalar).ToArray();
            var otherNames = others.Select(Name).ToArray();
            var number = 0L;
            for (var index = 0; index < reader.RowGroupCount; index++)
            {
                cancellation.ThrowIfCancellationRequested();
                var rows = CheckSizes(reader, index, [.. chosen, .. others], name);
                var group = index;
                var (texts, values) = Checked(name, async () =>
                {
                    using var open = reader.OpenRowGroupReader(group);
                    var read = new List<string?[]>();
                    foreach (var field in chosen.Concat(others))
                        read.Add(await ReadAsync(open, field, rows, cancellation).ConfigureAwait(false));
                    return (read[..chosen.Length], read[chosen.Length..]);
                });
                for (var row = 0; row < rows; row++)
                {
                    number++;
                    var missing = texts.FindIndex(column => column[row] is null);
                    if (missing >= 0)
                        malformed.Add(name, number, $"no text in the column \"{columns[missing]}\"", "leave out rows without text");
                    else
                        yield return new FieldLine([.. texts.Select(column => column[row]!)], CorpusFile.Origin(name, number))
                        {
                            Columns = others.Length == 0 ? null : new(otherNames, [.. values.Select(column => column[row] ?? "")]),
                        };
                }
            }
        }
        finally
        {
            reader.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    private static string Name(DataField field) => string.Join('.', field.Path.ToList());

    private static bool IsRepeated(DataField field) => field.MaxRepetitionLevel > 0;

    // The library's own kind of text, unless it is told the row's type.
    private static bool IsText(DataField field) => field.ClrType == typeof(string) || field.ClrType == typeof(ReadOnlyMemory<char>);

    private static bool IsScalar(DataField field) =>
        IsText(field) || field.ClrType == typeof(double) || field.ClrType == typeof(float)
        || field.ClrType == typeof(int) || field.ClrType == typeof(long) || field.ClrType == typeof(bool);

    private static DataField Text(Dictionary<string, DataField> fields, string column, string name)
    {
        if (!fields.TryGetValue(column, out var field))
            throw new RequestException(
                $"no column \"{column}\" ({string.Join(", ", fields.Keys)})",
                name,
                $"name the columns that hold the text, for example {name}#source=en,target=ha");
        return IsText(field)
            ? field
            : throw new RequestException($"the column \"{column}\" holds {field.ClrType.Name}, not text", name, "name a column of text");
    }

    private static Task<string?[]> ReadAsync(ParquetRowGroupReader group, DataField field, int rows, CancellationToken cancellation)
    {
        return IsText(field) ? Values<ReadOnlyMemory<char>>(text => text.ToString())
            : field.ClrType == typeof(double) ? Values<double>(Number)
            : field.ClrType == typeof(float) ? Values<float>(Number)
            : field.ClrType == typeof(int) ? Values<int>(Number)
            : field.ClrType == typeof(long) ? Values<long>(Number)
            : Values<bool>(value => value ? "true" : "false");

        static string Number<T>(T value)
            where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

        // The library's own way to nullable values shifts the rows of nested columns; levels and values are put together here.
        async Task<string?[]> Values<T>(Func<T, string> toText)
            where T : struct
        {
            var (values, levels, texts) = (new T[rows], new int[rows], new string?[rows]);
            Memory<int>? presence = field.MaxDefinitionLevel == 0 ? null : new(levels);
            await group.ReadRawAsync<T>(field, values, presence, null, cancellation).ConfigureAwait(false);
            var next = 0;
            for (var row = 0; row < rows; row++)
                if (presence is null || levels[row] == field.MaxDefinitionLevel)
                    texts[row] = toText(values[next++]);
            return texts;
        }
    }

    private static void CheckFooter(Stream stream, string name)
    {
        Span<byte> end = stackalloc byte[8];
        var isWhole = stream.Length >= 12;
        if (isWhole)
        {
            stream.Position = stream.Length - end.Length;
            stream.ReadExactly(end);
            stream.Position = 0;
            var footer = BinaryPrimitives.ReadInt32LittleEndian(end);
            isWhole = end[4..].SequenceEqual("PAR1"u8) && footer >= 0 && footer <= stream.Length - 12;
        }

        if (!isWhole)
            throw new RequestException("this is no Parquet, or its end is missing", name, "fetch or make the file again");
    }

    private static int CheckSizes(ParquetReader reader, int index, DataField[] fields, string name)
    {
        var group = Checked(name, () => Task.FromResult(reader.Metadata!.RowGroups[index]));
        var paths = fields.Select(Name).ToHashSet(StringComparer.Ordinal);
        var columns = Checked(name, () => Task.FromResult(group.Columns
            .Select(column => column.MetaData!)
            .Where(column => paths.Contains(string.Join('.', column.PathInSchema)))
            .ToList()));
        var largest = columns.Count == 0 ? 0 : columns.Max(column => column.TotalUncompressedSize);
        if (columns.Count < fields.Length || columns.Exists(column => column.NumValues != group.NumRows))
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"row group {index + 1} lacks values of its columns"),
                name,
                "fetch or make the file again");
        if (group.NumRows is < 0 or > MostRowsPerGroup || largest is < 0 or > MostBytesPerColumn)
            throw new RequestException(
                string.Create(
                    CultureInfo.InvariantCulture, $"row group {index + 1} has {group.NumRows:N0} rows, {largest:N0} bytes a column"),
                name,
                "write the file again with smaller row groups, 100,000 rows for example");
        return (int)group.NumRows;
    }

    /// <summary>
    /// A file as it is; what comes compressed or through a pipe is unpacked to a temporary file, as Parquet is read from its end.
    /// </summary>
    private static Stream Seekable(string path, string name, CancellationToken cancellation)
    {
        var stream = CorpusStream.Open(path);
        if (stream.CanSeek)
            return stream;
        using (stream)
        {
            var file = new FileStream(
                Path.Combine(Path.GetTempPath(), $"llamax-{Guid.NewGuid():N}.parquet"),
                FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            try
            {
                var buffer = new byte[1 << 16];
                for (int read; (read = CorpusStream.Read(stream, buffer, name, cancellation)) > 0;)
                    file.Write(buffer, 0, read);
                file.Position = 0;
                return file;
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
    }

    /// <summary>Whatever the Parquet reader stumbles over in a foreign file is the file's fault.</summary>
    private static T Checked<T>(string name, Func<Task<T>> read)
    {
        try
        {
            return read().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not (RequestException or OperationCanceledException))
        {
            throw new RequestException($"this Parquet cannot be read ({error.Message})", name, "fetch or make the file again", error);
        }
    }
}
