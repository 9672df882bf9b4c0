using System.Text.Json;
using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Sharding;

public sealed class StepRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _large;
    private readonly string _small;

    public StepRunTests()
    {
        // The first file has several blocks, the second ends inside its first.
        _large = _folder.Write("large.tsv", DrawnPairs.Tsv(seed: 1, count: 7000));
        _small = _folder.Write("small.tsv", "no second column\n" + DrawnPairs.Tsv(seed: 2, count: 300));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void Shards_merged_give_the_bytes_of_one_process(int shards)
    {
        var whole = Clean(Request("whole") with { Threads = 1 })!;
        for (var number = shards; number >= 1; number--)
            Assert.Null(Clean(Request("shards") with { Shard = new(number, shards) }));
        var merged = Clean(Request("shards") with { Merge = shards })!;
        foreach (var file in (string[])["kept.tsv", "kept.tsv.report.json", "rejected.jsonl"])
            Assert.Equal(File.ReadAllBytes(_folder["whole", file]), File.ReadAllBytes(_folder["shards", file]));
        Assert.Equal((whole.Read, whole.Kept, whole.Malformed), (merged.Read, merged.Kept, merged.Malformed));
        Assert.Equal((7300, 1), (whole.Read, whole.Malformed));
    }

    [Fact]
    public void Kept_and_rejected_lines_together_are_the_corpus_and_the_counters_their_numbers()
    {
        var report = Clean(Request("out"))!;
        Assert.Equal(report.Kept, File.ReadLines(_folder["out", "kept.tsv"]).LongCount());
        var rejected = File.ReadLines(_folder["out", "rejected.jsonl"]).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Equal(report.Read - report.Kept, rejected.Count);
        foreach (var (reason, count) in report.Removed)
            Assert.Equal(count, rejected.Count(line => line.GetProperty("reason").GetString() == reason));
        var first = rejected[0];
        var line = File.ReadLines(first.GetProperty("file").GetString()!).ElementAt(first.GetProperty("line").GetInt32() - 1);
        Assert.Equal(line, $"{first.GetProperty("source")}\t{first.GetProperty("target")}");
        var manifest = Manifest.TryRead(_folder["out"])!;
        Assert.Equal(["kept.tsv", "kept.tsv.report.json", "rejected.jsonl"], manifest.Outputs.Keys);
        Assert.Equal(report.Kept, manifest.Counts["kept"]);
    }

    [Fact]
    public void The_summary_says_how_many_stay_and_why_most_others_go()
    {
        var path = _folder.Write("three.tsv", "same\tsame\nyes\tja\nsame again\tsame again\nno\tnein\n");
        var report = Clean(Request("out") with { Inputs = [.. StepInput.OpenAll(path, isParallel: true)] })!;
        Assert.Equal("kept 2 of 4 pairs (50.0 %); top reason: copyOfSource (2)", report.Summary("pairs"));
        Assert.Equal([$"{path}:1", $"{path}:3"], report.Samples("copyOfSource").Select(pair => pair.Origin));
    }

    [Fact]
    public void Missing_damaged_and_foreign_shards_are_named()
    {
        Clean(Request("out") with { Shard = new(1, 2) });
        var shard = ShardFile.PathOf(_folder["out", "kept.tsv"], new(2, 2));
        Assert.Contains($"the first is {shard}", Refused(Request("out") with { Merge = 2 }), StringComparison.Ordinal);
        Clean(Request("out") with { Shard = new(2, 2) });
        Assert.Contains("another request", Refused(Request("out") with { Merge = 2, Options = "other" }), StringComparison.Ordinal);
        var bytes = File.ReadAllBytes(shard);
        foreach (var length in (int[])[0, 10, 90, bytes.Length / 2, bytes.Length - 1])
        {
            File.WriteAllBytes(shard, bytes[..length]);
            Assert.StartsWith(shard, Refused(Request("out") with { Merge = 2 }), StringComparison.Ordinal);
            Assert.False(File.Exists(_folder["out", "kept.tsv"]));
        }
    }

    [Fact]
    public void An_output_does_not_take_the_place_of_anothers_manifest_or_of_an_input()
    {
        Clean(Request("out"));
        Assert.Contains("a folder of its own", Refused(Request("out") with { Output = _folder["out", "b.tsv"] }), StringComparison.Ordinal);
        Assert.Contains("is an input", Refused(Request("out") with { Output = _large }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("kept.jsonl")]
    [InlineData("kept.{en,ha}")]
    [InlineData("kept.tsv.gz")]
    [InlineData("kept.parquet")]
    public void Other_formats_hold_the_same_pairs_and_their_columns_survive_shards(string output)
    {
        var path = _folder.Write("scored.tsv", "source\ttarget\tscore\nyes\tja\t0.9\nno\tnein\t0.1\nmaybe\tvielleicht\t\n");
        var request = Request("out") with { Inputs = StepInput.OpenAll(path + "#header", true), Output = _folder["out", output] };
        var cleaner = new PairCleaner(
            new() { Scores = new Dictionary<string, ScoreLimits> { ["score"] = new() { Least = 0.5 } } }, null, null, true);
        foreach (var number in (int[])[1, 2])
            StepRun.Run(request with { Shard = new(number, 2) }, cleaner, new(), SilentEvents.Instance,
                TestContext.Current.CancellationToken);
        var report = StepRun.Run(request with { Merge = 2 }, cleaner, new(), SilentEvents.Instance, TestContext.Current.CancellationToken)!;
        Assert.Equal((1, 1), (report.Removed[0].Value, report.Counts["notJudged.scores.score"]));
        var kept = CorpusInput.Open(_folder["out", output]).Pairs(new(strict: true), TestContext.Current.CancellationToken)
            .Select(pair => (pair.Source, pair.Target));
        Assert.Equal([("yes", "ja"), ("maybe", "vielleicht")], kept);
        if (output == "kept.jsonl")
            Assert.Equal("{\"source\":\"yes\",\"target\":\"ja\",\"score\":0.9}", File.ReadLines(_folder["out", output]).First());
    }

    [Fact]
    public void What_the_output_cannot_hold_is_counted_and_not_kept()
    {
        var path = _folder.Write("tabs.jsonl", "{\"source\":\"a\\tb c\",\"target\":\"d\"}\n{\"source\":\"e\",\"target\":\"f\"}\n");
        var cleaner = new PairCleaner(new() { Whitespace = false, InvisibleCharacters = false }, null, null, true);
        var request = Request("out") with { Inputs = StepInput.OpenAll(path, true) };
        var report = StepRun.Run(request, cleaner, new(), SilentEvents.Instance, TestContext.Current.CancellationToken)!;
        Assert.Equal((2, 1, 1), (report.Read, report.Kept, report.Counts["unwritable"]));
    }

    [Theory]
    [InlineData("0/3")]
    [InlineData("4/3")]
    [InlineData("1")]
    [InlineData("a/b")]
    [InlineData("-1/3")]
    [InlineData("1/100001")]
    public void A_wrong_shard_is_refused(string text) => Assert.Throws<RequestException>(() => Shard.Parse(text));

    [Fact]
    public void With_as_many_files_as_shards_each_file_is_read_by_one()
    {
        var read = new List<string>();
        IReadOnlyList<StepInput> inputs = [.. new[] { "a", "b", "c" }.Select(name => new StepInput(name, [], _ =>
        {
            read.Add(name);
            return [new("x", "y", $"{name}:1")];
        }))];
        Assert.Equal(["b:1"], CorpusPart.Of(inputs, new(2, 3), new(), TestContext.Current.CancellationToken).Select(part
            => part.Pairs[0].Origin));
        Assert.Equal(["b"], read);
    }

    private static string Refused(StepRequest request) => Assert.Throws<RequestException>(() => Clean(request)).Message;

    private static StepReport? Clean(StepRequest request) =>
        StepRun.Run(request, new PairCleaner(new(), null, null, true), new MalformedLines(), SilentEvents.Instance,
            TestContext.Current.CancellationToken);

    private StepRequest Request(string folder) => new()
    {
        Command = "corpus clean",
        Inputs = [.. StepInput.OpenAll(_large, isParallel: true), .. StepInput.OpenAll(_small, isParallel: true)],
        Output = _folder[folder, "kept.tsv"],
        Rejected = _folder[folder, "rejected.jsonl"],
        Threads = 2,
    };
}
