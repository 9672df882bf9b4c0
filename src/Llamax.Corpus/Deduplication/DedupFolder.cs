using System.Globalization;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Manifests;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// What the phases of a dedup leave to each other, in <c>OUT.dedup/REQUEST</c>, so that other options or changed inputs meet nothing old:
/// <c>map/2-of-7/K</c> has the keys that shard 2 of 7 found in partition K, <c>dropped/K</c> the pairs that partition K drops. What has
/// its name is whole.
/// </summary>
internal sealed class DedupFolder(string output, string key, int partitions)
{
    private readonly string _folder = Path.Combine(
        output + ".dedup", Manifest.HashTexts("llamax dedup 1", key, partitions.ToString(CultureInfo.InvariantCulture))[..16]);

    private string Maps => Path.Combine(_folder, "map");

    /// <summary>Whether a shard's keys are there.</summary>
    public bool HasMap(Shard shard) => Directory.Exists(Path.Combine(Maps, shard.ToString()));

    /// <summary>Writes a shard's keys, a file a partition.</summary>
    public void WriteMap(Shard shard, IEnumerable<IReadOnlyList<KeyRow>> blocks)
    {
        var folder = Path.Combine(Maps, shard.ToString());
        var temporary = folder + AtomicFile.TemporarySuffix;
        Remove(temporary);
        Directory.CreateDirectory(temporary);
        var files = new FileStream[partitions];
        try
        {
            for (var partition = 0; partition < partitions; partition++)
                files[partition] = new(Name(temporary, partition), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 15);
            foreach (var rows in blocks)
                foreach (var row in rows)
                    KeyFile.Write(files[PartitionOf(row)], [row]);
        }
        finally
        {
            foreach (var file in files)
                file?.Dispose();
        }

        Remove(folder);
        Directory.Move(temporary, folder);
    }

    /// <summary>The keys of a partition, of all shards.</summary>
    /// <exception cref="RequestException">Keys of a shard are missing.</exception>
    public IEnumerable<KeyRow> Partition(int partition) => MapFolders().SelectMany(folder => KeyFile.Read(Name(folder, partition)));

    public bool HasDropped(int partition) => File.Exists(DroppedPath(partition));

    /// <summary>Writes what a partition drops: as the key the pair and the one that stays for it, sorted.</summary>
    public void WriteDropped(int partition, IEnumerable<KeyRow> rows) =>
        AtomicFile.Write(DroppedPath(partition), stream =>
        {
            foreach (var row in rows)
                KeyFile.Write(stream, [row]);
        });

    /// <summary>The dropped pairs of all partitions, in the order of the corpus.</summary>
    /// <exception cref="RequestException">A partition is missing.</exception>
    public IEnumerable<KeyRow> Dropped()
    {
        var missing = Enumerable.Range(0, partitions).Where(partition => !HasDropped(partition)).ToList();
        if (missing.Count > 0)
            throw new RequestException(
                $"{missing.Count} of {partitions} partitions are not reduced",
                _folder, "run --phase reduce for every shard, with the same options and inputs");
        return ExternalSort.Merge(Enumerable.Range(0, partitions).Select(partition => KeyFile.Read(DroppedPath(partition))));
    }

    /// <summary>Where a partition is sorted.</summary>
    public string SortPath(int partition) => Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"sort-{partition}"));

    public void Remove() => Remove(output + ".dedup");

    private List<string> MapFolders()
    {
        var found = Directory.Exists(Maps) ? Directory.GetDirectories(Maps).Where(IsWhole).Order(StringComparer.Ordinal).ToList() : [];
        var counts = found.Select(folder => Path.GetFileName(folder).Split("-of-")[^1]).Distinct().ToList();
        if (counts.Count > 1)
            throw new RequestException(
                $"keys of {string.Join(" and of ", counts)} shards lie side by side", Maps, "remove this folder and map again");
        if (counts.Count == 0 || found.Count.ToString(CultureInfo.InvariantCulture) != counts[0])
            throw new RequestException(
                counts.Count == 0 ? "no keys of this request are here" : $"keys of {found.Count} of {counts[0]} shards are here",
                Maps, "run --phase map for every shard, with the same options and inputs");
        return found;
    }

    private static bool IsWhole(string folder) => !folder.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal);

    private string DroppedPath(int partition) => Name(Path.Combine(_folder, "dropped"), partition);

    // By the upper bits, so that equal keys meet in one partition.
    private int PartitionOf(in KeyRow row) => (int)Math.BigMul(row.High, (ulong)partitions, out _);

    private static string Name(string folder, int partition) => Path.Combine(folder, partition.ToString(CultureInfo.InvariantCulture));

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
