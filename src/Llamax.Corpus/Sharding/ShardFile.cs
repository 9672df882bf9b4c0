using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>
/// What one shard made, part by part, until all are merged: <c>OUT.shards/2-of-7</c>. It begins with the key of the step's options and
/// inputs, so that shards of different requests never meet in one output.
/// </summary>
internal static class ShardFile
{
    private const string Magic = "llamax shard 1";
    private const int EndOfParts = -1;

    public static string PathOf(string output, Shard shard) => Path.Combine(output + ".shards", shard.ToString());

    /// <summary>The files of all shards.</summary>
    /// <exception cref="RequestException">Some are missing.</exception>
    public static IReadOnlyList<string> PathsOf(string output, int shards)
    {
        List<string> paths = [.. Enumerable.Range(1, shards).Select(number => PathOf(output, new(number, shards)))];
        var missing = paths.Where(path => !File.Exists(path)).ToList();
        return missing.Count == 0 ? paths : throw new RequestException(
            $"{missing.Count} of {shards} shards are missing, the first is {missing[0]}", output, "run the command with --shard for each");
    }

    /// <summary>Writes the parts; the file exists once all are in it.</summary>
    /// <param name="path">See <see cref="PathOf"/>.</param>
    /// <param name="key">Names the request.</param>
    /// <param name="parts">In their order.</param>
    /// <param name="malformed">Read after the last part.</param>
    public static void Write(string path, string key, IEnumerable<JudgedPart> parts, MalformedLines malformed) =>
        AtomicFile.Write(path, stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true);
            writer.Write(Magic);
            writer.Write(key);
            foreach (var part in parts)
                Write(writer, part);
            writer.Write(EndOfParts);
            writer.Write(malformed.Count);
        });

    /// <summary>The parts of all shards in the order of the corpus.</summary>
    /// <param name="output">The output that they belong to.</param>
    /// <param name="shards">How many there are.</param>
    /// <param name="key">Names the request.</param>
    /// <param name="malformedOf">Told the malformed lines of each shard at its end.</param>
    /// <exception cref="RequestException">A shard is missing, damaged, or was made by another request.</exception>
    public static IEnumerable<JudgedPart> ReadAll(string output, int shards, string key, Action<long> malformedOf)
    {
        var paths = PathsOf(output, shards);
        return SortedStreams.Merge(paths.Select(path => Read(path, key, malformedOf)), part => (part.File, part.Block));
    }

    private static IEnumerable<JudgedPart> Read(string path, string key, Action<long> malformedOf)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        if (Checked(path, reader.ReadString) != Magic || Checked(path, reader.ReadString) != key)
            throw new RequestException(
                "this shard was made by another request: other options, other inputs or another version",
                path, "remove the folder and run every shard again");
        while (Checked(path, () => ReadPart(reader)) is { } part)
            yield return part;
        malformedOf(Checked(path, reader.ReadInt64));
    }

    private static void Write(BinaryWriter writer, JudgedPart part)
    {
        writer.Write(part.File);
        writer.Write(part.Block);
        writer.Write(part.Read);
        writer.Write(part.Counts.All.Count);
        foreach (var (name, count) in part.Counts.All)
        {
            writer.Write(name);
            writer.Write(count);
        }

        writer.Write(part.Kept.Count);
        foreach (var pair in part.Kept)
            Write(writer, pair);
        writer.Write(part.Removed.Count);
        foreach (var (sequence, reason, detail, pair) in part.Removed)
        {
            writer.Write(sequence);
            writer.Write(reason);
            writer.Write(detail);
            Write(writer, pair);
        }
    }

    private static JudgedPart? ReadPart(BinaryReader reader)
    {
        var file = reader.ReadInt32();
        if (file == EndOfParts)
            return null;
        var (block, read) = (reader.ReadInt32(), reader.ReadInt32());
        var counts = new PartCounts();
        for (var i = Count(reader); i > 0; i--)
            counts.Add(reader.ReadString(), reader.ReadInt64());
        List<SentencePair> kept = [];
        for (var i = Count(reader); i > 0; i--)
            kept.Add(ReadPair(reader));
        List<RemovedPair> removed = [];
        for (var i = Count(reader); i > 0; i--)
            removed.Add(new(reader.ReadInt64(), reader.ReadString(), reader.ReadString(), ReadPair(reader)));
        return new(file, block, read, kept, removed, counts);
    }

    private static int Count(BinaryReader reader) =>
        reader.ReadInt32() is >= 0 and <= CorpusPart.PairsInBlock and var count ? count : throw new InvalidDataException();

    private static void Write(BinaryWriter writer, in SentencePair pair)
    {
        writer.Write(pair.Source);
        writer.Write(pair.Target);
        writer.Write(pair.Origin);
        writer.Write(pair.Columns?.Names.Count ?? 0);
        for (var i = 0; i < pair.Columns?.Names.Count; i++)
        {
            writer.Write(pair.Columns.Names[i]);
            writer.Write(pair.Columns.Values[i]);
        }
    }

    private static SentencePair ReadPair(BinaryReader reader)
    {
        var pair = new SentencePair(reader.ReadString(), reader.ReadString(), reader.ReadString());
        var columns = Count(reader);
        if (columns == 0)
            return pair;
        var (names, values) = (new string[columns], new string[columns]);
        for (var i = 0; i < columns; i++)
            (names[i], values[i]) = (reader.ReadString(), reader.ReadString());
        return pair with { Columns = new(names, values) };
    }

    private static T Checked<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is EndOfStreamException or InvalidDataException or FormatException or IOException)
        {
            throw new RequestException("this shard is damaged", path, "remove it and run it again", error);
        }
    }
}
