using System.Text;
using Llamax.Corpus.Sharding;
using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>
/// What one shard built, sorted, until all are merged: <c>entries.shards/2-of-7</c>. It begins with the key of the request and ends with
/// the shard's account.
/// </summary>
internal static class EntryShard
{
    private const string Magic = "llamax training set shard 1";

    public static string PathOf(string folder, string name, Shard shard) => ShardFile.PathOf(Path.Combine(folder, name), shard);

    public static void Write(string path, string key, IEnumerable<KeyedEntry> entries, TrainingSetAccount account) =>
        AtomicFile.Write(path, stream =>
        {
            using var writer = new BinaryWriter(stream, Encoding.Unicode, leaveOpen: true);
            writer.Write(Magic);
            writer.Write(key);
            foreach (var entry in entries)
            {
                writer.Write(true);
                EntryRecord.Write(writer, entry);
            }

            writer.Write(false);
            writer.Write(account.ToJson());
        });

    /// <summary>The entries of all shards in the order of the set; their accounts are added after the last.</summary>
    /// <exception cref="RequestException">A shard is missing, damaged, or was made by another request.</exception>
    public static IEnumerable<KeyedEntry> ReadAll(string folder, string name, int shards, string key, TrainingSetAccount account)
    {
        var paths = ShardFile.PathsOf(Path.Combine(folder, name), shards);
        return SortedStreams.Merge(paths.Select(path => Read(path, key, account)), entry => entry);
    }

    private static IEnumerable<KeyedEntry> Read(string path, string key, TrainingSetAccount account)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        using var reader = new BinaryReader(stream, Encoding.Unicode);
        if (Checked(path, reader.ReadString) != Magic || Checked(path, reader.ReadString) != key)
            throw new RequestException(
                "this shard was made by another request: another recipe, other data or another version", path,
                "remove the folder and run every shard again");
        while (Checked(path, reader.ReadBoolean))
            yield return Checked(path, () => EntryRecord.Read(reader));
        account.Add(Checked(path, reader.ReadString));
    }

    private static T Checked<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException or ArgumentException)
        {
            throw new RequestException("the shard is damaged or cut off", path, "remove it and run this shard again", error);
        }
    }
}
