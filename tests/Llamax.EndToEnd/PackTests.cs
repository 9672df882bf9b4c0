using System.Security.Cryptography;
using Llamax.Corpus;
using Llamax.Corpus.Building;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class PackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _entries;

    public PackTests()
    {
        _entries = _folder["entries.parquet"];
        TrainingSetFile.Write(_entries, Enumerable.Range(0, 30_000).Select(i => new TrainingEntry(
            EntryKind.Parallel, "en", "ha", [new($"good morning number {i}", true), new($"ina kwana lamba {i}", true)], $"en-ha.tsv:{i + 1}")));
    }

    private static string Tokenizer => Goldens.GoldenPath("metrics", "spm", "standin-bpe-4k.model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Shards_in_processes_of_their_own_and_merged_are_the_bytes_of_one()
    {
        Pack("one");
        foreach (var shards in (int[])[3, 7])
        {
            var folder = $"of {shards}";
            Parallel.For(1, shards + 1, new ParallelOptions { MaxDegreeOfParallelism = 2 }, number =>
                Assert.Equal(0, Run(folder, "--shard", $"{number}/{shards}").ExitCode));
            Assert.Equal((0, _folder[folder, "blocks.index"] + "\n"), Outcome(Run(folder, "--merge", $"{shards}")));
            Assert.Equal(Hashes("one"), Hashes(folder));
        }

        Assert.Contains("shard 1-of-2", Run("none", "--merge", "2").RefusalAtLast(), StringComparison.Ordinal);
        Assert.Contains("run every shard first", Run("none", "--merge", "2", "--shard", "1/2").RefusalAtLast(), StringComparison.Ordinal);
        Assert.Contains("2/7", Run("none", "--shard", "9/7").RefusalAtLast(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_killed_process_leaves_what_it_tokenised_and_runs_may_share_it()
    {
        Pack("one");
        var cache = _folder["cache"];
        using (var process = LlamaxProgram.Start(
            new Dictionary<string, string>(), "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "llamax.dll"), "pack", _entries, "-t", Tokenizer, "--out", _folder["killed"], "--cache", cache]))
        {
            while (!process.HasExited && Files(cache).Length < 2)
                Thread.Sleep(5);
            process.Kill();
            process.WaitForExit();
        }

        var before = Files(cache).ToDictionary(file => file, File.GetLastWriteTimeUtc);
        Assert.Equal(0, Run("killed", "--cache", cache).ExitCode);
        Assert.Equal(Hashes("one"), Hashes("killed"));
        Assert.All(before, file => Assert.Equal(file.Value, File.GetLastWriteTimeUtc(file.Key)));
        var files = Files(cache).Length;
        Assert.Equal(0, Run("long", "--cache", cache, "--block-length", "1024").ExitCode);
        Assert.Equal(files, Files(cache).Length);
        Assert.Contains(
            "the cache is a folder", Run("other", "--cache", _entries).RefusalAtLast(), StringComparison.Ordinal);
    }

    private void Pack(string folder) => Assert.Equal((0, _folder[folder, "blocks.index"] + "\n"), Outcome(Run(folder)));

    private ProgramResult Run(string folder, params string[] arguments) =>
        LlamaxProgram.Run(["pack", _entries, "--tokenizer", Tokenizer, "--out", _folder[folder], .. arguments]);

    private static (int ExitCode, string Out) Outcome(ProgramResult result) => (result.ExitCode, result.Out);

    private static string[] Files(string cache) =>
        Directory.Exists(cache) ? Directory.GetFiles(cache, "*.tokens", SearchOption.AllDirectories) : [];

    private string Hashes(string name) => string.Join(
        '\n', Directory.GetFiles(_folder[name]).Order().Select(file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))));
}
