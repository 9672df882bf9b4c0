using System.IO.Compression;
using System.Text.Json.Serialization;
using Llamax.Runs;
using Parquet;
using Parquet.Serialization;
using Parquet.Serialization.Attributes;

namespace Llamax.Corpus.Building;

/// <summary>
/// A built training set as Parquet: <c>kind</c> (mono, parallel, augmented, pivot, sft, preference), <c>source_lang</c>, <c>target_lang</c>,
/// <c>segments</c> (list of <c>text</c> and <c>loss</c>) and <c>origin</c>, in row groups of 50,000 entries, so that reading and
/// writing hold no more than one of them.
/// </summary>
public static class TrainingSetFile
{
    private const int EntriesPerRowGroup = 50_000;

    /// <summary>Writes the entries in their order.</summary>
    public static void Write(string path, IEnumerable<TrainingEntry> entries) => Write(path, entries, EntriesPerRowGroup);

    internal static void Write(string path, IEnumerable<TrainingEntry> entries, int entriesPerRowGroup) =>
        AtomicFile.Write(path, stream => WriteTo(stream, entries, entriesPerRowGroup).GetAwaiter().GetResult());

    /// <summary>Streams the entries of a file.</summary>
    /// <exception cref="RequestException">The file is missing, no Parquet, or of other columns.</exception>
    public static IEnumerable<TrainingEntry> Read(string path)
    {
        if (!File.Exists(path))
            throw new RequestException("there is no such training set", path, "build it first");
        return Stream(path);
    }

    private static async Task WriteTo(Stream stream, IEnumerable<TrainingEntry> entries, int entriesPerRowGroup)
    {
        // The default level squeezes out a few per cent more at ten times the time of everything else.
        var options = new ParquetOptions
        {
            CompressionMethod = CompressionMethod.Zstd,
            CompressionLevel = CompressionLevel.Fastest,
            RowGroupSize = entriesPerRowGroup,
        };
        // A row group is written while the entries of the next one are made.
        var written = Task.CompletedTask;
        try
        {
            foreach (var group in entries.Select(Row.From).Chunk(entriesPerRowGroup))
            {
                await written.ConfigureAwait(false);
                written = Task.Run(async () =>
                {
                    await ParquetSerializer.SerializeAsync(group, stream, options).ConfigureAwait(false);
                    options.Append = true;
                });
            }
        }
        finally
        {
            await written.ConfigureAwait(false);
        }
    }

    private static IEnumerable<TrainingEntry> Stream(string path)
    {
        using var stream = File.OpenRead(path);
        var groups = Checked(path, async () =>
        {
            await using var reader = await ParquetReader.CreateAsync(stream, leaveStreamOpen: true).ConfigureAwait(false);
            return reader.RowGroupCount;
        });

        // A row group is read while the entries of the one before are used.
        var next = groups > 0 ? ReadGroup(0) : null;
        try
        {
            for (var group = 0; next is not null; group++)
            {
                var entries = Checked(path, () => next);
                next = group + 1 < groups ? ReadGroup(group + 1) : null;
                foreach (var entry in entries)
                    yield return entry;
            }
        }
        finally
        {
            // Nothing reads on behind the back of whoever stopped.
            if (next is not null)
                Task.WhenAny(next).GetAwaiter().GetResult();
        }

        Task<List<TrainingEntry>> ReadGroup(int group) => Task.Run(async () =>
        {
            var result = await ParquetSerializer.DeserializeAsync<Row>(stream, rowGroupIndex: group).ConfigureAwait(false);
            return result.Data.Select(row => row.ToEntry(path)).ToList();
        });
    }

    /// <summary>Whatever the Parquet reader stumbles over in a foreign file is the file's fault.</summary>
    private static T Checked<T>(string path, Func<Task<T>> read)
    {
        try
        {
            return read().GetAwaiter().GetResult();
        }
        catch (Exception error) when (error is not (RequestException or OutOfMemoryException))
        {
            throw new RequestException($"this is not a built training set ({error.Message})", path, "build it again", error);
        }
    }

    private sealed class Row
    {
        [JsonPropertyName("kind"), ParquetRequired]
        public string Kind { get; set; } = "";

        [JsonPropertyName("source_lang"), ParquetRequired]
        public string Source { get; set; } = "";

        [JsonPropertyName("target_lang"), ParquetRequired]
        public string Target { get; set; } = "";

        [JsonPropertyName("segments")]
        public List<Segment> Segments { get; set; } = [];

        [JsonPropertyName("origin"), ParquetRequired]
        public string Origin { get; set; } = "";

        public static Row From(TrainingEntry entry) => new()
        {
            Kind = EntryKindNames.Of(entry.Kind),
            Source = entry.Source,
            Target = entry.Target,
            Segments = [.. entry.Segments.Select(segment => new Segment { Text = segment.Text, Loss = segment.HasLoss })],
            Origin = entry.Origin,
        };

        public TrainingEntry ToEntry(string path)
        {
            if (!EntryKindNames.TryParse(Kind, out var kind))
                throw new RequestException(
                    $"kind \"{Kind}\" found, mono, parallel, augmented, pivot, sft or preference expected", path, "build it again");
            return new(kind, Source, Target, [.. Segments.Select(segment => new TextSegment(segment.Text, segment.Loss))], Origin);
        }
    }

    private sealed class Segment
    {
        [JsonPropertyName("text"), ParquetRequired]
        public string Text { get; set; } = "";

        [JsonPropertyName("loss")]
        public bool Loss { get; set; }
    }
}
