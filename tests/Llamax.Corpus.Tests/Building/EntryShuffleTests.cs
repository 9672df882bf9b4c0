using System.Globalization;
using Llamax.Corpus.Building;
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
        _ = new EntryShuffle(new Draws(1, "order"), _folder.Path, 1, 1000).Shuffle(RandomEntries.Draw(4, 1000, longestWord: 5))
            .Take(3).ToList();
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private List<TrainingEntry> Shuffle(IEnumerable<TrainingEntry> entries, long memory, int linesKeptTogether = 1) =>
        [.. new EntryShuffle(new Draws(1, "order"), _folder.Path, linesKeptTogether, memory).Shuffle(entries)];
}
