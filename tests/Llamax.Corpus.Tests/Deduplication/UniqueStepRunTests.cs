using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Sharding;
using Llamax.Corpus.Tests.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Deduplication;

public sealed class UniqueStepRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PairCleaner _cleaner = new(new(), null, null, true);

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1 << 20)]
    [InlineData(2, 700)]
    public void One_pass_writes_what_clean_followed_by_dedup_writes(int threads, int keysInMemory)
    {
        var drawn = DrawnPairs.Tsv(seed: 1, count: 5000);
        var large = _folder.Write("large.tsv", drawn);
        var small = _folder.Write("small.tsv", DrawnPairs.Tsv(seed: 2, count: 300) + drawn.ToUpperInvariant()[..20000]);
        IReadOnlyList<StepInput> inputs = [.. StepInput.OpenAll(large, true), .. StepInput.OpenAll(small, true)];
        StepRun.Run(Request("clean", inputs), _cleaner, new(), SilentEvents.Instance, TestContext.Current.CancellationToken);
        var cleaned = StepInput.OpenAll(_folder["clean", "kept.tsv"], true);
        var two = new DedupRun(Request("unique", cleaned), new(), new(), SilentEvents.Instance)
            .Run(null, TestContext.Current.CancellationToken)!;
        var one = new UniqueStepRun(Request("one", inputs) with { Threads = threads }, _cleaner, keysInMemory)
            .Run(new(), SilentEvents.Instance, TestContext.Current.CancellationToken);
        Assert.True(two.Removed[0].Value > 100);
        Assert.Equal(two.Removed[0], one.Removed.Single(reason => reason.Key == "duplicate"));
        Assert.Equal(File.ReadAllBytes(_folder["unique", "kept.tsv"]), File.ReadAllBytes(_folder["one", "kept.tsv"]));
        Assert.Equal(one.Read - one.Kept, File.ReadLines(_folder["one", "rejected.jsonl"]).LongCount());
        Assert.Empty(Directory.GetFiles(_folder["one"], "*.seen*"));
    }

    [Fact]
    public void A_shard_is_refused_with_the_way_to_do_it()
    {
        var request = Request("out", StepInput.OpenAll(_folder.Write("a.tsv", "a\tb\n"), true)) with { Shard = new(1, 2) };
        var error = Assert.Throws<RequestException>(() => new UniqueStepRun(request, _cleaner)
            .Run(new(), SilentEvents.Instance, TestContext.Current.CancellationToken));
        Assert.Contains("llamax corpus dedup", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Keys_are_found_in_every_file_of_earlier_keys()
    {
        using var seen = new FirstOfKey(_folder["seen"], 1000);
        var draws = new Draws(3, "keys");
        for (var pass = 0; pass < 2; pass++)
            for (var i = 0; i < 5500; i++)
            {
                // Few upper halves, so that many keys share one.
                var row = new KeyRow(draws.Bits((ulong)i) >> 50 << 50, draws.Bits((ulong)i + 9999), i + (10_000 * pass));
                Assert.Equal(pass == 0 ? null : i, seen.Before(row));
            }
    }

    private StepRequest Request(string folder, IReadOnlyList<StepInput> inputs) => new()
    {
        Command = folder,
        Inputs = inputs,
        Output = _folder[folder, "kept.tsv"],
        Rejected = _folder[folder, "rejected.jsonl"],
        Threads = 1,
    };
}
