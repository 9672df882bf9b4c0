using System.Globalization;
using Llamax.Corpus.Building;
using Llamax.Corpus.Sharding;
using Llamax.Corpus.Tests.Packing;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Building;

public sealed class EntryShuffleTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_order_is_the_same_in_memory_and_through_runs_on_disk_and_loses_nothing()
    {
        var entries = RandomEntries.Draw(4, 3000, longestWord: 5);
        var inMemory = Shuffle(entries, 1 << 26);
        Assert.Equal(inMemory.Select(entry => entry.Origin), Shuffle(entries, 5000).Select(entry => entry.Origin));
        Assert.Equal(inMemory.SelectMany(entry => entry.Segments), Shuffle(entries, 5000).SelectMany(entry => entry.Segments));
        Assert.Equal(entries.Select(entry => entry.Origin).Order(), inMemory.Select(entry => entry.Origin).Order());
        Assert.NotEqual(entries.Select(entry => entry.Origin), inMemory.Select(entry => entry.Origin));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Neighbouring_lines_stay_together_in_their_order()
    {
        var lines = Enumerable.Range(0, 100).Select(i => new TrainingEntry(EntryKind.Monolingual, "en", "", [new("x", true)], $"{i}"))
            .ToList();
        var shuffled = Shuffle(lines, 1 << 20, linesKeptTogether: 10)
            .Select(entry => int.Parse(entry.Origin, CultureInfo.InvariantCulture)).ToList();
        Assert.NotEqual(Enumerable.Range(0, 100), shuffled);
        Assert.All(shuffled.Chunk(10), run => Assert.Equal(Enumerable.Range(run[0] / 10 * 10, 10), run));
    }

    [Fact]
    public void An_abandoned_shuffle_leaves_no_file()
    {
        _ = Sorted(RandomEntries.Draw(4, 1000, longestWord: 5), 1000).Take(3).ToList();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Parts_that_were_sorted_apart_merge_to_the_order_of_all_together()
    {
        var draws = new Draws(1, "order");
        List<KeyedEntry>[] parts =
        [
            .. Enumerable.Range(0, 5).Select(part => EntryShuffle.Keyed(
                RandomEntries.Draw((ulong)part, 200, longestWord: 5), part % 2, part, draws, 4).ToList()),
        ];
        var together = new EntryShuffle(_folder["runs"], 3000).Sort(parts.SelectMany(part => part)).ToList();
        var apart = SortedStreams.Merge(parts.Chunk(2).Select(some => some.SelectMany(part => part).Order()), entry => entry);
        Assert.Equal(together.Select(Place), apart.Select(Place));
        Assert.Equal(together.Select(entry => entry.Epoch).Order(), together.Select(entry => entry.Epoch));

        static (int, int, long) Place(KeyedEntry entry) => (entry.Epoch, entry.Part, entry.Place);
    }

    private List<TrainingEntry> Shuffle(IEnumerable<TrainingEntry> entries, long memory, int linesKeptTogether = 1) =>
        [.. Sorted(entries, memory, linesKeptTogether)];

    private IEnumerable<TrainingEntry> Sorted(IEnumerable<TrainingEntry> entries, long memory, int linesKeptTogether = 1) =>
        new EntryShuffle(_folder["runs"], memory)
            .Sort(EntryShuffle.Keyed(entries, 0, 0, new Draws(1, "order"), linesKeptTogether)).Select(keyed => keyed.Entry);
}
