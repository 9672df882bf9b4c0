using System.IO.Compression;
using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Tests.Reading;
using Llamax.Corpus.Writing;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Writing;

public sealed class RoundTripTests : IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string, bool> Formats()
    {
        var data = new TheoryData<string, bool>();
        foreach (var compression in (string[])["", ".gz", ".zst"])
        {
            data.Add($"out.{{en,ha}}{compression}", false);
            data.Add($"out.tsv{compression}", false);
            data.Add($"out.tsv{compression}#source=en,target=ha,header", true);
            data.Add($"out.jsonl{compression}", true);
            data.Add($"out.tmx{compression}#source=en,target=ha", true);
            data.Add($"out.xlf{compression}#source=en,target=ha", true);
        }

        data.Add("out.parquet", true);
        data.Add("out.data#format=parquet,source=en,target=ha", true);
        return data;
    }

    [Theory]
    [MemberData(nameof(Formats))]
    public void What_is_written_is_read_back_the_same_and_what_is_not_written_is_counted(string spec, bool hasColumns)
    {
        var path = Path.Combine(_folder, spec);
        foreach (var isTame in (bool[])[false, true])
        {
            MalformedLines refused = new(), malformed = new();
            var pairs = Enumerable.Range(0, 500).Select(i => NastyText.Pair(i, hasColumns, isTame)).ToArray();
            var written = CorpusOutput.WritePairs(path, refused, pairs);
            var read = CorpusInput.Open(path).Pairs(malformed, Token).ToArray();
            Assert.Equal(pairs.Length, written + refused.Count);
            Assert.Equal(written, read.Length);
            Assert.Equal(0, malformed.Count);
            Assert.True(isTame ? refused.Count == 0 : refused.Count is > 0 and < 480, $"{refused.Count} refused");
            var kept = pairs.GetEnumerator();
            foreach (var pair in read)
                while (kept.MoveNext() && !SameText((SentencePair)kept.Current, pair))
                {
                }

            // Had one of them not been among the written, in this order, the search would have come to the end too early.
            Assert.True(read.Length == 0 || SameText((SentencePair)kept.Current, read[^1]));
            var bytes = CorpusInput.Open(path).Files.Select(File.ReadAllBytes).ToArray();
            CorpusOutput.WritePairs(path, new(), pairs);
            Assert.Equal(bytes, CorpusInput.Open(path).Files.Select(File.ReadAllBytes));
        }

        Assert.DoesNotContain(Directory.GetFiles(_folder), file => file.EndsWith(AtomicFile.TemporarySuffix, StringComparison.Ordinal));

        static bool SameText(SentencePair one, SentencePair other) =>
            (one.Source, one.Target) == (other.Source, other.Target) && Equals(one.Columns, other.Columns);
    }

    [Theory]
    [InlineData("out.txt")]
    [InlineData("out.tsv.gz")]
    [InlineData("out.jsonl.zst#text=content")]
    [InlineData("out.parquet")]
    public void Lines_of_one_language_are_read_back_the_same(string spec)
    {
        var path = Path.Combine(_folder, spec);
        var lines = Enumerable.Range(0, 500).Select(i => new TextLine(NastyText.Of(new(2, "line"), i, isTame: true), "memory:1")).ToArray();
        Assert.Equal(500, CorpusOutput.WriteLines(path, new(strict: true), lines));
        Assert.Equal(
            lines.Select(line => line.Text),
            CorpusInput.Open(path).Lines(new(strict: true), Token).Select(line => line.Text));
    }

    [Fact]
    public void Many_row_groups_are_one_file()
    {
        var path = Path.Combine(_folder, "many.parquet");
        var pairs = Enumerable.Range(0, 120_000).Select(i => new SentencePair($"s{i}", $"t{i}", $"{path}:{i + 1}")).ToArray();
        CorpusOutput.WritePairs(path, new(strict: true), pairs);
        Assert.Equal(pairs, CorpusInput.Open(path).Pairs(new(strict: true), Token));
        CorpusOutput.WritePairs(path, new(), []);
        Assert.Empty(CorpusInput.Open(path).Pairs(new(strict: true), Token));
    }

    [Fact]
    public void Two_outputs_nest_and_none_appears_when_one_fails()
    {
        var (kept, rejected) = (Path.Combine(_folder, "kept.tsv"), Path.Combine(_folder, "rejected.tsv.gz"));
        Assert.Throws<InvalidOperationException>(() => Split(fails: true));
        Assert.Empty(Directory.GetFiles(_folder));
        Split(fails: false);
        Assert.Equal("a\tb\n", File.ReadAllText(kept));
        Assert.Equal(["c"], CorpusInput.Open(rejected).Pairs(new(), Token).Select(pair => pair.Source));
        Assert.Equal(["empty"], CorpusInput.Open(rejected).Pairs(new(), Token).Select(pair => pair.Columns!["3"]));

        void Split(bool fails) => CorpusOutput.WritePairs(kept, new(), keep => CorpusOutput.WritePairs(rejected, new(), reject =>
        {
            keep(new("a", "b", "x:1"));
            reject(new SentencePair("c", "", "x:2").With("reason", "empty"));
            if (fails)
                throw new InvalidOperationException();
        }));
    }

    [Fact]
    public void What_a_format_cannot_hold_is_named_with_its_origin()
    {
        var refused = new MalformedLines();
        var path = Path.Combine(_folder, "out.tsv");
        SentencePair[] pairs = [new("a\tb", "c", "in.jsonl:7"), new("a", "b\nc", "in.jsonl:8"), new("a", "b", "in.jsonl:9")];
        CorpusOutput.WritePairs(path, refused, pairs);
        Assert.Equal("a\tb\n", File.ReadAllText(path));
        Assert.Equal("in.jsonl:7: a tab inside, which TSV cannot hold", refused.Examples[0]);
        Assert.StartsWith("in.jsonl:8: a line end", refused.Examples[1], StringComparison.Ordinal);
        var error = Assert.Throws<RequestException>(() => CorpusOutput.WritePairs(path, new(strict: true), [new("a\tb", "c", "x:1")]));
        Assert.Contains("clean the text first, or write JSONL", error.Message, StringComparison.Ordinal);
        Assert.Equal("a\tb\n", File.ReadAllText(path));
    }

    [Theory]
    [InlineData("out.txt", "plain text has one side")]
    [InlineData("out.tmx", "#source=en,target=ha")]
    [InlineData("out.parquet.gz", "Parquet compresses itself")]
    [InlineData("out.tsv#formt=tsv", "nearest: format")]
    [InlineData("a,b,c", "one path or two expected")]
    public void Outputs_that_cannot_be_are_refused_with_the_way_out(string spec, string expected) =>
        Assert.Contains(
            expected,
            Assert.Throws<RequestException>(() => CorpusOutput.WritePairs(Path.Combine(_folder, spec), new(), [])).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Numbers_stay_numbers_in_JSON_lines_and_letters_stay_letters()
    {
        var path = Path.Combine(_folder, "out.jsonl.gz");
        CorpusOutput.WritePairs(path, new(), [new SentencePair("é\"", "中", "x:1").With("score", "0.50").With("id", "007")]);
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip, Encoding.UTF8);
        Assert.Equal("{\"source\":\"é\\\"\",\"target\":\"中\",\"score\":0.50,\"id\":\"007\"}\n", reader.ReadToEnd());
    }
}
