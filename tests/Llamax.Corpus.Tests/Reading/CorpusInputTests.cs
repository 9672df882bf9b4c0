using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Writing;
using Llamax.Runs;
using Parquet.Serialization;

namespace Llamax.Corpus.Tests.Reading;

public sealed class CorpusInputTests : IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-").FullName;
    private readonly MalformedLines _malformed = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Wildcards_pair_the_files_for_which_they_stand_for_the_same()
    {
        foreach (var (name, text) in ((string, string)[])
            [("b.en", "b\n"), ("a.en", "a\n"), ("a.ha", "A\n"), ("b.ha", "B\n"),
                ("sub/c.en", "c\n"), ("sub/c.ha", "C\n"), ("x.txt", "x\n")])
            Write(name, text);
        Assert.Equal(["a-A", "b-B"], Pairs("*.{en,ha}"));
        Assert.Equal(["a-A", "b-B"], Pairs($"*.en,{_folder}/*.ha"));
        Assert.Equal(["a-A", "b-B", "c-C"], Pairs("**/*.{en,ha}"));
        Assert.Equal(["b-B"], Pairs("b.{en,ha}"));
        Assert.Equal(["A", "B"], CorpusInput.Open($"{_folder}/?.ha").Lines(_malformed, Token).Select(line => line.Text));
        Write("d.en", "d\n");
        var error = Assert.Throws<RequestException>(() => CorpusInput.Open($"{_folder}/*.{{en,ha}}"));
        Assert.Equal($"{_folder}/d.en", error.Where);
        Assert.Contains("to pair it with", error.Message, StringComparison.Ordinal);
        Assert.Contains("no file matches", Fails("*.yo"), StringComparison.Ordinal);
        Assert.Contains("there is no such file", Fails("e.tsv"), StringComparison.Ordinal);
        Assert.Contains("/sub/*.tsv.gz", Fails("sub"), StringComparison.Ordinal);
        Assert.Contains("plain text has one side", Assert.Throws<RequestException>(() => Pairs("a.en")).Message, StringComparison.Ordinal);
        Write("odd#name=[1].en,*.tsv", "one\ttwo\n");
        Assert.Equal(["one-two"], Pairs("odd#name=[1].en,*.tsv"));
    }

    [Fact]
    public void Columns_beside_the_text_survive_and_are_read_as_numbers()
    {
        Write("a.tsv", "score\ten\tha\tid\n0.75\tone\tdaya\tx\n-\ttwo\tbiyu\n");
        var pairs = CorpusInput.Open($"{_folder}/a.tsv#source=en,target=ha").Pairs(_malformed, Token).ToArray();
        Assert.Equal(0.75, pairs[0].Columns!.Number("score"));
        Assert.Null(pairs[1].Columns!.Number("score"));
        Assert.Equal("x", pairs[0].Columns!["id"]);
        Assert.Null(pairs[1].Columns!["id"]);
        Write("b.jsonl", """{"source": "a", "target": "b", "score": 1.50, "tags": ["x"], "ok": true, "nothing": null}""");
        var pair = Assert.Single(CorpusInput.Open($"{_folder}/b.jsonl").Pairs(_malformed, Token));
        Assert.Equal("score=1.50, ok=true", pair.Columns!.ToString());
        Assert.Equal(1.5, pair.Swapped.Columns!.Number("score"));
        Assert.Equal("score=2, ok=true", pair.With("score", "2").Columns!.ToString());
    }

    [Fact]
    public async Task Parquet_of_other_programs_has_typed_nullable_and_nested_columns()
    {
        var path = Path.Combine(_folder, "a.parquet");
        await ParquetSerializer.SerializeAsync(
            [
                new Row { Id = 1, Score = 0.5, Translation = new() { En = "one", Ha = "daya" } },
                new Row { Id = 2, Score = null, Translation = new() { En = "two", Ha = null } },
                new Row { Id = 3, Score = -1.25e-10, Translation = new() { En = "three", Ha = "uku" } },
            ],
            path,
            cancellationToken: Token);
        var pairs = CorpusInput.Open($"{path}#source=Translation.En,target=Translation.Ha").Pairs(_malformed, Token).ToArray();
        Assert.Equal(
            [("one", "daya", $"{path}:1"), ("three", "uku", $"{path}:3")],
            pairs.Select(pair => (pair.Source, pair.Target, pair.Origin)));
        Assert.Equal(["Id=1, Score=0.5", "Id=3, Score=-1.25E-10"], pairs.Select(pair => pair.Columns!.ToString()));
        Assert.Equal($"{path}:2: no text in the column \"Translation.Ha\"", Assert.Single(_malformed.Examples));
        Assert.Contains("no column \"en\" (Id, Score", Message("en"), StringComparison.Ordinal);
        Assert.Contains("holds Int32, not text", Message("Id"), StringComparison.Ordinal);

        string Message(string column) => Fails(() => CorpusInput.Open($"{path}#source={column}").Pairs(_malformed, Token));
    }

    [Fact]
    public void TMX_gives_the_languages_that_are_asked_for()
    {
        var path = Write("a.tmx", """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE tmx SYSTEM "tmx14.dtd">
            <tmx version="1.4">
            <header srclang="en-US" segtype="sentence" o-tmf="x" adminlang="en" datatype="plaintext" creationtool="x"/><body>
            <tu><prop type="score">0.9</prop><tuv xml:lang="ha"><seg>daya &amp; &#x201C;biyu&#8221;</seg></tuv>
            <tuv xml:lang="EN-us"><seg>one <bpt i="1">{\b</bpt>and<ept i="1">}</ept> <hi>two</hi></seg></tuv></tu>
            <tu><tuv xml:lang="en"><seg>alone</seg></tuv></tu>
            <tu><tuv lang="en"><seg>three</seg></tuv><tuv lang="fr"><seg/></tuv></tu>
            </body></tmx>
            """);
        var pair = Assert.Single(CorpusInput.Open($"{path}#source=en,target=hau").Pairs(_malformed, Token));
        Assert.Equal(
            ("one and two", "daya & “biyu”", $"{path}:5", 0.9),
            (pair.Source, pair.Target, pair.Origin, pair.Columns!.Number("score")));
        Assert.Equal([$"{path}:7: no text in hau", $"{path}:8: no text in hau"], _malformed.Examples);
        Assert.Equal(["daya & “biyu”", ""], CorpusInput.Open(path).Pairs(new(), Token).Select(p => p.Target));
        Assert.Equal(
            ["alone", "one and two", "three"],
            CorpusInput.Open($"{path}#text=en").Lines(new(), Token).Select(l => l.Text).Order());
        var units = ((string[])["en", "de", "fr"]).Select((language, i) => $"<tuv xml:lang='{language}'><seg>{i + 1}</seg></tuv>");
        var three = Write("b.tmx", $"<tmx><body><tu>{string.Concat(units)}</tu></body></tmx>");
        Assert.Contains("choose two of them", Fails(() => CorpusInput.Open(three).Pairs(_malformed, Token)), StringComparison.Ordinal);
        Assert.Equal(["1-3"], Pairs("b.tmx#source=en,target=fr"));
    }

    [Fact]
    public void XLIFF_of_both_generations_gives_its_segments()
    {
        var old = Write("a.xlf", """
            <xliff version="1.2"><file source-language="en" target-language="ha" original="x"><body>
            <trans-unit id="1"><source>one <g id="1">two</g><x id="2"/><ph id="3">%s</ph></source><seg-source>no</seg-source>
            <target>daya biyu</target><alt-trans><source>wrong</source><target>wrong</target></alt-trans></trans-unit>
            <trans-unit id="2"><source>three</source></trans-unit>
            </body></file></xliff>
            """);
        var pair = Assert.Single(CorpusInput.Open(old).Pairs(_malformed, Token));
        Assert.Equal(("one two", "daya biyu", $"{old}:2"), (pair.Source, pair.Target, pair.Origin));
        Assert.Equal($"{old}:4: no target", Assert.Single(_malformed.Examples));
        Assert.Equal(["one two", "three"], CorpusInput.Open(old).Lines(new(), Token).Select(line => line.Text));
        Assert.Equal(["daya biyu"], CorpusInput.Open($"{old}#text=target").Lines(new(), Token).Select(line => line.Text));
        Write("b.xlf", """
            <xliff version="2.1" srcLang="en" trgLang="ha" xmlns="urn:oasis:names:tc:xliff:document:2.0"><file id="f">
            <unit id="1"><notes><note category="score">0.5</note></notes>
            <segment><source>one <pc id="1">two</pc><cp hex="0007"/></source><target>daya</target></segment>
            <matches xmlns="urn:oasis:names:tc:xliff:matches:2.0"><match><segment><source>no</source></segment></match></matches>
            <segment><source>three</source><target>uku</target></segment></unit>
            </file></xliff>
            """);
        Assert.Equal(["one two\u0007-daya", "three-uku"], Pairs("b.xlf"));
    }

    [Fact]
    public void A_file_that_is_read_again_is_counted_once()
    {
        var path = Write("a.tsv", "a\tb\nalone\nc\td\nalone\n");
        var input = CorpusInput.Open(path);
        for (var pass = 0; pass < 3; pass++)
            Assert.Equal(2, input.Pairs(_malformed, Token).Count());
        Assert.Equal(2, _malformed.Count);
        Assert.Equal([(path, 2L)], _malformed.ByFile.Select(file => (file.Key, file.Value)));
        Assert.StartsWith($"{path}:2: 1 column found", Fails(() => input.Pairs(new(strict: true), Token)), StringComparison.Ordinal);
        Assert.StartsWith($"{path}:2: 1 column found", Fails(() => input.Pairs(new(strict: true), Token)), StringComparison.Ordinal);
    }

    [Fact]
    public void Compressed_Parquet_is_unpacked_to_be_read()
    {
        var path = Path.Combine(_folder, "a.parquet");
        CorpusOutput.WritePairs(path, new(), [new("a", "b", "x:1")]);
        using (var gzip = new System.IO.Compression.GZipStream(File.Create(path + ".gz"), System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(File.ReadAllBytes(path));
        Assert.Equal([new SentencePair("a", "b", $"{path}.gz:1")], CorpusInput.Open(path + ".gz").Pairs(_malformed, Token));
    }

    private string[] Pairs(string spec) =>
        [.. CorpusInput.Open($"{_folder}/{spec}").Pairs(_malformed, Token).Select(pair => $"{pair.Source}-{pair.Target}")];

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }

    private string Fails(string spec) => Assert.Throws<RequestException>(() => CorpusInput.Open($"{_folder}/{spec}")).Message;

    private static string Fails(Func<IEnumerable<SentencePair>> read) => Assert.Throws<RequestException>(() => read().Count()).Message;

    private sealed class Row
    {
        public int Id { get; set; }

        public double? Score { get; set; }

        public Sides? Translation { get; set; }
    }

    private sealed class Sides
    {
        public string? En { get; set; }

        public string? Ha { get; set; }
    }
}
