using Llamax.Corpus.Building;
using Llamax.Corpus.Tests.Packing;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Building;

public sealed class TrainingSetFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_is_written_is_read_over_several_row_groups()
    {
        var entries = RandomEntries.Draw(1, 2500, longestWord: 4);
        entries.Add(new(EntryKind.Augmented, "en", "zhtrad", [new("", false), new("𠮷\n\t\"", true), new("third", false)], ""));
        var path = _folder["set.parquet"];
        TrainingSetFile.Write(path, entries, entriesPerRowGroup: 1000);
        var read = TrainingSetFile.Read(path).ToList();
        Assert.Equal(entries.Select(Flat), read.Select(Flat));
        Assert.Equal([path], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Files_that_are_no_training_set_are_refused()
    {
        Assert.Throws<RequestException>(() => TrainingSetFile.Read(_folder["missing.parquet"]));
        var path = _folder["set.parquet"];
        TrainingSetFile.Write(path, RandomEntries.Draw(1, 200, longestWord: 4));
        var good = File.ReadAllBytes(path);
        foreach (var bad in (byte[][])[[], "PAR1PAR1"u8.ToArray(), good[..(good.Length / 2)], [.. good[..^9], .. good[^8..]]])
        {
            File.WriteAllBytes(path, bad);
            var error = Assert.Throws<RequestException>(() => TrainingSetFile.Read(path).Count());
            Assert.Contains("set.parquet", error.Message, StringComparison.Ordinal);
        }
    }

    private static string Flat(TrainingEntry entry) =>
        $"{entry.Kind} {entry.Source} {entry.Target} {string.Join('|', entry.Segments)} {entry.Origin}";
}
