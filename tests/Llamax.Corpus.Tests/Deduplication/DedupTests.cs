using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Corpus.Tests.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Deduplication;

public sealed class DedupTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _large;
    private readonly string _small;

    public DedupTests()
    {
        _large = _folder.Write("large.tsv", DrawnPairs.Tsv(seed: 1, count: 5000));
        _small = _folder.Write("small.tsv", DrawnPairs.Tsv(seed: 2, count: 300) + DrawnPairs.Tsv(seed: 1, count: 300).ToUpperInvariant());
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(DedupSide.Pair, false)]
    [InlineData(DedupSide.Source, false)]
    [InlineData(DedupSide.Target, true)]
    [InlineData(DedupSide.Either, false)]
    [InlineData(DedupSide.Either, true)]
    public void What_stays_is_what_a_set_in_memory_keeps(DedupSide side, bool withinFiles)
    {
        var seen = new HashSet<string>();
        List<string> expected = [];
        foreach (var file in (string[])[_large, _small])
        {
            if (withinFiles)
                seen.Clear();
            foreach (var line in File.ReadLines(file))
            {
                var folded = line.ToLowerInvariant().Split('\t');
                // Each pair is compared with all before it, also with those that were dropped.
                var isNew = side switch
                {
                    DedupSide.Pair => seen.Add(string.Join('\t', folded)),
                    DedupSide.Source => seen.Add(folded[0]),
                    DedupSide.Target => seen.Add(folded[1]),
                    _ => seen.Add("s" + folded[0]) & seen.Add("t" + folded[1]),
                };
                if (isNew)
                    expected.Add(line);
            }
        }

        var report = Dedup(Request("out"), new() { On = side, WithinFiles = withinFiles, Partitions = 4 })!;
        Assert.Equal(expected, File.ReadLines(_folder["out", "kept.tsv"]));
        Assert.Equal((5600, expected.Count), (report.Read, report.Kept));
        Assert.False(Directory.Exists(_folder["out", "kept.tsv.dedup"]));
    }

    [Fact]
    public void What_another_corpus_has_is_dropped_and_that_corpus_is_not_written()
    {
        var request = Request("out") with { Inputs = [.. StepInput.OpenAll(_small, true)], Against = [.. StepInput.OpenAll(_large, true)] };
        Dedup(request, new() { Partitions = 4 });
        var earlier = File.ReadLines(_large).Select(line => line.ToLowerInvariant()).ToHashSet();
        var seen = new HashSet<string>();
        var expected = File.ReadLines(_small).Where(line => !earlier.Contains(line.ToLowerInvariant())
            && seen.Add(line.ToLowerInvariant()));
        Assert.Equal(expected, File.ReadLines(_folder["out", "kept.tsv"]));
        Assert.Contains($"of {_large}", File.ReadLines(_folder["out", "rejected.jsonl"]).Last(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(DedupKind.Exact)]
    [InlineData(DedupKind.Near)]
    public void Partitions_threads_and_shards_do_not_change_a_byte(DedupKind kind)
    {
        var options = new DedupOptions { Kind = kind, On = DedupSide.Source, Partitions = 8 };
        Dedup(Request("whole"), options);
        var expected = Bytes("whole");
        Dedup(Request("one") with { Threads = 1 }, options with { Partitions = 1 });
        Assert.Equal(expected, Bytes("one"));
        Dedup(Request("many") with { Threads = 3 }, options with { Partitions = 30 });
        Assert.Equal(expected, Bytes("many"));
        foreach (var shards in (int[])[1, 3, 7])
        {
            var request = Request($"shards{shards}");
            foreach (var phase in Enum.GetValues<DedupPhase>())
                for (var number = shards; number >= 1; number--)
                    Assert.Null(Dedup(request with { Shard = new(number, shards) }, options, phase));
            Dedup(request with { Merge = shards }, options);
            Assert.Equal(expected, Bytes($"shards{shards}"));
        }
    }

    [Fact]
    public void Rows_that_outgrow_memory_are_sorted_on_disk()
    {
        var draws = new Draws(3, "rows");
        List<KeyRow> rows = [.. Enumerable.Range(0, 10_000).Select(i => new KeyRow(draws.Bits((ulong)i) % 50, draws.Bits((ulong)i, 1) % 3,
            i))];
        var sorted = new ExternalSort(_folder["sort"], rowsInMemory: 999).Sort(rows).ToList();
        Assert.Equal(rows.Order(), sorted);
        Assert.Empty(Directory.GetFiles(_folder.Path, "sort*"));
    }

    [Fact]
    public void Near_duplicates_go_and_pairs_that_share_half_of_their_ngrams_stay()
    {
        const string Long = "the committee of the regional assembly met twice in the old capital to discuss the budget of the coming year";
        var path = _folder.Write("near.tsv", string.Join('\n', [
            $"{Long}\tx", $"{Long} 2024\tx", "nothing like it\ty",
                $"The Committee of the regional assembly met twice in the old capital to discuss a budget of the coming year!\tx",
            "a report on the new railway says that the old capital will get a budget of its own for the coming year in spring\tz", ""]));
        Dedup(Request("out") with { Inputs = [.. StepInput.OpenAll(path, true)] }, new() { Kind = DedupKind.Near, On = DedupSide.Source });
        Assert.Equal(["the committee of the", "nothing like it\ty", "a report on the new "], File.ReadLines(_folder["out", "kept.tsv"])
            .Select(line => line.Length > 20 ? line[..20] : line));
    }

    [Fact]
    public void Signatures_agree_as_often_as_ngrams_overlap()
    {
        var minHash = new MinHash(5, 64, 16);
        Span<uint> one = stackalloc uint[minHash.Length], other = stackalloc uint[minHash.Length];
        var words = File.ReadLines(_large).Take(2).Select(line => string.Concat(line.Where(char.IsLetter))).ToArray();
        foreach (var cut in (int[])[0, 5, 20, 40])
        {
            var (a, b) = (words[0] + words[1], words[0][cut..] + words[1]);
            minHash.Sign(a, one);
            minHash.Sign(b, other);
            var agreeing = 0;
            for (var i = 0; i < 1024; i++)
                agreeing += one[i] == other[i] ? 1 : 0;
            var (left, right) = (Ngrams(a), Ngrams(b));
            var jaccard = (double)left.Intersect(right).Count() / left.Union(right).Count();
            Assert.InRange(agreeing / 1024.0, jaccard - 0.06, jaccard + 0.06);
        }

        static HashSet<string> Ngrams(string text) => [.. Enumerable.Range(0, text.Length - 4).Select(start => text.Substring(start, 5))];
    }

    [Fact]
    public void Case_spaces_and_punctuation_make_no_other_sentence_but_letters_and_numbers_do()
    {
        Assert.True(FoldedText.AreSame("Guten Tag, Frau Ö!", "guten tag frau ö"));
        Assert.False(FoldedText.AreSame("Raum 12", "Raum 13"));
        Assert.False(FoldedText.AreSame("कि", "की"));
        var path = _folder.Write("signs.txt", "...\n!!!\n...\nA b.\na B\n");
        Dedup(Request("out") with { Inputs = [.. StepInput.OpenAll(path, false)], IsParallel = false }, new());
        Assert.Equal(["...", "!!!", "A b."], File.ReadLines(_folder["out", "kept.tsv"]));
    }

    [Fact]
    public void Missing_and_foreign_phases_are_named()
    {
        var request = Request("out");
        Assert.Contains("no keys of this request are here", Refused(request, new(), DedupPhase.Reduce), StringComparison.Ordinal);
        Dedup(request with { Shard = new(1, 2) }, new(), DedupPhase.Map);
        Assert.Contains("keys of 1 of 2 shards", Refused(request, new(), DedupPhase.Reduce), StringComparison.Ordinal);
        Dedup(request with { Shard = new(2, 2) }, new(), DedupPhase.Map);
        Assert.Contains("no keys of this request", Refused(request, new() { On = DedupSide.Source }, DedupPhase.Reduce),
            StringComparison.Ordinal);
        Dedup(request with { Shard = new(1, 2) }, new(), DedupPhase.Reduce);
        Assert.Contains("32 of 64 partitions are not reduced", Refused(request with { Shard = new(1, 2) }, new(), DedupPhase.Apply),
            StringComparison.Ordinal);
        Assert.Contains("--bands", Refused(request, new() { Bands = 1000, Rows = 5 }, null), StringComparison.Ordinal);
        Assert.Contains("--phase", Refused(request with { Shard = new(1, 2) }, new(), null), StringComparison.Ordinal);
    }

    private static string Refused(StepRequest request, DedupOptions options, DedupPhase? phase) =>
        Assert.Throws<RequestException>(() => Dedup(request, options, phase)).Message;

    private byte[] Bytes(string folder) =>
        [.. File.ReadAllBytes(_folder[folder, "kept.tsv"]), .. File.ReadAllBytes(_folder[folder, "rejected.jsonl"])];

    private static StepReport? Dedup(StepRequest request, DedupOptions options, DedupPhase? phase = null) =>
        new DedupRun(request, options, new MalformedLines(), SilentEvents.Instance).Run(phase, default);

    private StepRequest Request(string folder) => new()
    {
        Command = "corpus dedup",
        Inputs = [.. StepInput.OpenAll(_large, isParallel: true), .. StepInput.OpenAll(_small, isParallel: true)],
        Output = _folder[folder, "kept.tsv"],
        Rejected = _folder[folder, "rejected.jsonl"],
        Threads = 2,
    };
}
