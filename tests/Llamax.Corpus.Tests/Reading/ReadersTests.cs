using System.IO.Compression;
using System.IO.Pipes;
using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Reading;

public sealed class ReadersTests : IDisposable
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-").FullName;

    private readonly MalformedLines _malformed = new();

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("one\ntwo\n", new[] { "one", "two" })]
    [InlineData("one\r\ntwo", new[] { "one", "two" })]
    [InlineData("\uFEFFone\n\uFEFFtwo\n", new[] { "one", "\uFEFFtwo" })]
    [InlineData("a\rb\n\nc\u2028d", new[] { "a\rb", "", "c\u2028d" })]
    [InlineData("", new string[0])]
    [InlineData("\n", new[] { "" })]
    public void Lines_end_at_line_feeds_alone_plain_and_compressed(string text, string[] expected)
    {
        var plain = Write("text.txt", text);
        var compressed = Compress("compressed-without-its-ending.txt", text);
        Assert.Equal(expected, Read(plain).Select(line => line.Text));
        Assert.Equal(expected, Read(compressed).Select(line => line.Text));
        Assert.Equal(0, _malformed.Count);
    }

    [Fact]
    public void Lines_longer_than_any_buffer_come_whole()
    {
        var lines = Enumerable.Range(0, 40).Select(i => new string((char)('a' + i % 26), i * i * 300)).ToArray();
        var path = Compress("long.gz", string.Join('\n', lines));
        Assert.Equal(lines, Read(path).Select(line => line.Text));
    }

    [Fact]
    public void A_line_without_end_is_counted_and_does_not_fill_the_memory()
    {
        var path = Path.Combine(_folder, "bomb.gz");
        using (var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest))
        {
            stream.Write("one\n"u8);
            for (var i = 0; i < 100; i++)
                stream.Write(Enumerable.Repeat((byte)'a', 1 << 20).ToArray());
            stream.Write("\nthree"u8);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal([new TextLine("one", $"{path}:1"), new TextLine("three", $"{path}:3")], PlainText.Read(path, _malformed, Token));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 4 * CorpusFile.LongestLineBytes);
        Assert.Equal($"{path}:2: a line of over 16 MiB", Assert.Single(_malformed.Examples));
    }

    [Fact]
    public void Text_in_UTF_16_is_refused_as_a_whole_and_a_line_of_it_counted()
    {
        var path = Path.Combine(_folder, "wide.txt");
        File.WriteAllText(path, "one\ntwo\n", Encoding.Unicode);
        Assert.Contains("iconv -f UTF-16 -t UTF-8", Fails(() => Read(path).Count()), StringComparison.Ordinal);
        File.WriteAllText(path, "one\nt\0w\0o\0\na\0b and more\n", new UTF8Encoding(false));
        Assert.Equal(["one", "a\0b and more"], Read(path).Select(line => line.Text));
        Assert.Equal($"{path}:2: a line full of NUL bytes: no text, or UTF-16", Assert.Single(_malformed.Examples));
    }

    [Fact]
    public void A_line_that_is_no_UTF_8_is_counted_with_its_place_and_left_out()
    {
        var path = Path.Combine(_folder, "mixed.txt");
        File.WriteAllBytes(path, [.. "good\n"u8, .. "caf"u8, 0xE9, (byte)'\n', .. "fine\n"u8]);
        Assert.Equal([new TextLine("good", $"{path}:1"), new TextLine("fine", $"{path}:3")], Read(path));
        Assert.Equal(1, _malformed.Count);
        Assert.Equal($"{path}:2: no valid UTF-8 at byte 4 of the line", Assert.Single(_malformed.Examples));
        var message = Fails(() => PlainText.Read(path, new(strict: true), Token).Count());
        Assert.StartsWith($"{path}:2: no valid UTF-8", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stream_is_read_like_a_file_under_the_name_that_it_is_given()
    {
        using var stream = new MemoryStream([.. "one\r\n"u8, 0xFF, (byte)'\n', .. "three"u8]);
        var lines = PlainText.Read(stream, "stdin", _malformed, Token);
        Assert.Equal([new TextLine("one", "stdin:1"), new TextLine("three", "stdin:3")], lines);
        Assert.Equal("stdin:2: no valid UTF-8 at byte 1 of the line", Assert.Single(_malformed.Examples));
    }

    [Fact]
    public async Task Waiting_for_a_pipe_ends_when_it_is_cancelled()
    {
        await using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        await using var writer = new AnonymousPipeClientStream(PipeDirection.Out, pipe.ClientSafePipeHandle);
        writer.Write("one\ntwo"u8);
        using var cancellation = new CancellationTokenSource();
        using var lines = PlainText.Read(pipe, "pipe", _malformed, cancellation.Token).GetEnumerator();
        Assert.True(lines.MoveNext());
        await cancellation.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => lines.MoveNext());
    }

    [Fact]
    public void Files_that_cannot_be_read_say_why()
    {
        var missing = Path.Combine(_folder, "no");
        Assert.Contains("there is no such file", Fails(() => Read(missing).Count()), StringComparison.Ordinal);
        Assert.Contains("a folder was found", Fails(() => Read(_folder).Count()), StringComparison.Ordinal);
        var damaged = Path.Combine(_folder, "damaged.gz");
        File.WriteAllBytes(damaged, [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xFF, 0xFF, 0xFF, 0xFF]);
        Assert.Contains("damaged or cut off", Fails(() => Read(damaged).Count()), StringComparison.Ordinal);
        var cut = Compress("cut.gz", string.Join('\n', Enumerable.Range(0, 10_000)));
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..^2000]);
        Assert.Contains("damaged or cut off", Fails(() => Read(cut).Count()), StringComparison.Ordinal);
        var zstandard = Path.Combine(_folder, "text.zst");
        using (var stream = new ZstdSharp.CompressionStream(File.Create(zstandard), leaveOpen: false))
            stream.Write(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 10_000))));
        Assert.Equal(10_000, Read(zstandard).Count());
        File.WriteAllBytes(zstandard, File.ReadAllBytes(zstandard)[..^200]);
        Assert.Contains("damaged or cut off", Fails(() => Read(zstandard).Count()), StringComparison.Ordinal);
    }

    [Fact]
    public void Moses_pairs_stay_aligned_behind_a_malformed_line()
    {
        var source = Path.Combine(_folder, "pairs.en");
        File.WriteAllBytes(source, [.. "one\n"u8, 0xFF, (byte)'\n', .. "three\n"u8]);
        var target = Write("pairs.de", "eins\nzwei\ndrei\n");
        Assert.Equal(
            [new SentencePair("one", "eins", $"{source}:1"), new SentencePair("three", "drei", $"{source}:3")],
            MosesPairs.Read(source, target, _malformed, Token));
        Assert.Equal(1, _malformed.Count);
    }

    [Theory]
    [InlineData("a\nb\nc\n", "x\n", "3 lines, but 1 in ")]
    [InlineData("", "x\ny\n", "0 lines, but 2 in ")]
    public void Moses_files_of_different_length_are_refused_with_both_counts(string sources, string targets, string expected)
    {
        var (source, target) = (Write("a.en", sources), Write("a.de", targets));
        var message = Fails(() => MosesPairs.Read(source, target, _malformed, Token).Count());
        Assert.Contains(expected + target, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Columns_of_a_TSV_are_chosen_by_number_or_by_name()
    {
        var path = Write("pairs.tsv", "id\ten\tha\n7\tone\tdaya\n8\ttwo\n9\tthree\tuku\tmore\n");
        SentencePair[] expected = [new("one", "daya", $"{path}:2"), new("three", "uku", $"{path}:4")];
        Assert.Equal(expected, WithoutColumns(TsvPairs.Read(path, new() { Source = "en", Target = "ha" }, _malformed)));
        Assert.Equal(expected, WithoutColumns(TsvPairs.Read(path, new() { Source = "2", Target = "3", HasHeader = true }, _malformed)));
        Assert.Equal("uku", TsvPairs.Read(path, new() { Source = "3", Target = "1", HasHeader = true }, _malformed).Last().Source);
        Assert.Equal($"{path}:3: 2 columns found, 3 expected", _malformed.Examples[0]);
        Assert.Equal(1, _malformed.Count);
    }

    [Fact]
    public void Words_of_a_MUSE_dictionary_are_divided_by_a_tab_or_a_space()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "muse"));
        var path = Write(Path.Combine("muse", "en-de.txt"), "dog Hund\r\nnew york\tNew York\nlonely\na\tb\tc\n");
        var (en, de) = (LanguageRegistry.Find("en"), LanguageRegistry.Find("de"));
        SentencePair[] expected = [new("dog", "Hund", $"{path}:1"), new("new york", "New York", $"{path}:2")];
        var muse = MirrorCorpora.Open("muse", _folder);
        Assert.Equal(expected, muse.Pairs(en, de, _malformed));
        Assert.Equal(expected.Select(pair => (pair.Target, pair.Source)), muse.Pairs(de, en, new()).Select(p => (p.Source, p.Target)));
        Assert.Equal([$"{path}:3: no word with its translation", $"{path}:4: no word with its translation"], _malformed.Examples);
    }

    [Fact]
    public void Columns_that_are_not_there_are_refused()
    {
        var path = Write("pairs.tsv", "id\ten\tha\n");
        var message = Fails(() => TsvPairs.Read(path, new() { Source = "en", Target = "yo" }, _malformed).Count());
        Assert.Contains("no column \"yo\" in the first line (id, en, ha)", message, StringComparison.Ordinal);
        message = Fails(() => TsvPairs.Read(path, new() { Source = "0", Target = "-1" }, _malformed).Count());
        Assert.Contains("source = 0", message, StringComparison.Ordinal);
        Assert.Contains("target = -1", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fields_of_JSON_lines_are_chosen_by_name_also_nested()
    {
        var path = Write("pairs.jsonl", """
            {"translation": {"en": "one", "de": "eins"}, "text": "é"}

            {"translation": {"en": "two"}, "text": 5}
            [1]
            {"text": "\ud800"}
            {"text":
            """);
        Assert.Equal(
            [new SentencePair("one", "eins", $"{path}:1")],
            WithoutColumns(JsonLines.Pairs(path, "translation.en", "translation.de", _malformed)));
        Assert.Equal(4, _malformed.Count);
        Assert.Equal($"{path}:3: no field \"translation.de\"", _malformed.Examples[0]);
        MalformedLines others = new();
        Assert.Equal(["é"], JsonLines.Texts(path, "text", others).Select(line => line.Text));
        Assert.Equal($"{path}:3: the field \"text\" is Number, a string was expected", others.Examples[0]);
        Assert.Equal(4, others.Count);
    }

    private IEnumerable<TextLine> Read(string path) => PlainText.Read(path, _malformed, Token);

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text, new UTF8Encoding(false));
        return path;
    }

    private string Compress(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        using var stream = new GZipStream(File.Create(path), CompressionLevel.Fastest);
        stream.Write(Encoding.UTF8.GetBytes(text));
        return path;
    }

    private static IEnumerable<SentencePair> WithoutColumns(IEnumerable<SentencePair> pairs) =>
        pairs.Select(pair => pair with { Columns = null });

    private static string Fails(Func<object> read) => Assert.Throws<RequestException>(() => read()).Message;
}
