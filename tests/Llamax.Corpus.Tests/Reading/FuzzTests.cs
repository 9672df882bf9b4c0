using System.IO.Compression;
using System.Text;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Writing;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Reading;

/// <summary>Whatever a file holds, a reader counts it or says what is wrong: no other exception, no hanging, no flood of memory.</summary>
public sealed class FuzzTests : IDisposable
{
    private const string Languages = "#source=en,target=ha";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Files =>
        ["x.tsv", "x.jsonl", "x.parquet", "x.tmx", "x.xlf", "x.tsv.gz", "x.jsonl.zst", "x.tmx.gz", "x.xlf.zst"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Damaged_files_are_counted_or_refused(string name)
    {
        var path = Path.Combine(_folder, name);
        var pairs = Enumerable.Range(0, 30).Select(i => NastyText.Pair(i, hasColumns: true, isTame: false));
        CorpusOutput.WritePairs(path + Languages, new(), pairs);
        var whole = File.ReadAllBytes(path);
        var draws = new Draws(3, name);
        for (var round = 0; round < 80; round++)
        {
            var bytes = whole.ToArray();
            switch (round % 4)
            {
                case 0:
                    bytes = bytes[..draws.Below(bytes.Length, round)];
                    break;
                case 1:
                    for (var i = 0; i < 1 + draws.Below(20, round, 1); i++)
                        bytes[draws.Below(bytes.Length, round, 2 * i + 2)] = (byte)draws.Below(256, round, 2 * i + 3);
                    break;
                case 2:
                    var (from, to) = (draws.Below(bytes.Length, round), draws.Below(bytes.Length, round, 1));
                    bytes = [.. bytes[..from], .. bytes[to..]];
                    break;
                default:
                    // Ends of numbers and of the world: sizes that a file only claims.
                    var place = draws.Below(Math.Max(1, bytes.Length - 8), round);
                    for (var i = 0; i < 8 && place + i < bytes.Length; i++)
                        bytes[place + i] = round % 8 == 3 ? (byte)0xFF : (byte)0x7F;
                    break;
            }

            File.WriteAllBytes(path, bytes);
            Survives(path);
        }
    }

    [Theory]
    [InlineData("x.txt")]
    [InlineData("x.tsv")]
    [InlineData("x.jsonl")]
    [InlineData("x.parquet")]
    [InlineData("x.tmx")]
    [InlineData("x.xlf")]
    public void Random_bytes_and_other_encodings_are_counted_or_refused(string name)
    {
        var path = Path.Combine(_folder, name);
        var draws = new Draws(4, name);
        for (var round = 0; round < 40; round++)
        {
            var bytes = new byte[draws.Below(3000, round)];
            for (var i = 0; i < bytes.Length; i++)
                bytes[i] = (byte)draws.Below(round % 2 == 0 ? 256 : 128, round, i + 1);
            byte[] magic = round % 5 == 0 ? [0x1F, 0x8B, 8, 0] : round % 5 == 1 ? [0x28, 0xB5, 0x2F, 0xFD] : [];
            File.WriteAllBytes(path, [.. magic, .. bytes]);
            Survives(path);
        }

        const string Text = "<?xml version=\"1.0\"?>\ncafé\tκαφές\n{\"source\": \"é\"}\n";
        foreach (var encoding in (Encoding[])
            [Encoding.Unicode, Encoding.BigEndianUnicode, Encoding.UTF32, Encoding.Latin1, new UnicodeEncoding(false, false)])
        {
            File.WriteAllText(path, Text, encoding);
            Survives(path);
        }
    }

    [Theory]
    [InlineData("<!DOCTYPE tmx [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;\">]>", "&c;")]
    [InlineData("<!DOCTYPE tmx [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>", "&a;")]
    [InlineData("<!DOCTYPE tmx [<!ENTITY % p SYSTEM \"http://127.0.0.1:1/x\"> %p;]>", "&x;")]
    public void Entities_of_a_document_type_are_neither_read_nor_grown(string type, string text)
    {
        var path = Path.Combine(_folder, "evil.tmx");
        File.WriteAllText(path, $"{type}<tmx><body><tu><tuv xml:lang='en'><seg>{text}</seg></tuv></tu></body></tmx>");
        var error = Assert.Throws<RequestException>(() => CorpusInput.Open(path).Pairs(new(), Token).Count());
        Assert.StartsWith($"{path}:1", error.Where, StringComparison.Ordinal);
        Assert.Contains("entit", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_100_MB_is_counted_and_a_tag_of_100_MB_refused()
    {
        var path = Path.Combine(_folder, "long.tmx.gz");
        Fill(path, "<tmx><body><tu><tuv xml:lang='en'><seg>", "</seg></tuv><tuv xml:lang='ha'><seg>x</seg></tuv></tu>"
            + "<tu><tuv xml:lang='en'><seg>a</seg></tuv><tuv xml:lang='ha'><seg>b</seg></tuv></tu></body></tmx>");
        var malformed = new MalformedLines();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(["a"], CorpusInput.Open(path + Languages).Pairs(malformed, Token).Select(pair => pair.Source));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 200 << 20);
        Assert.Equal(1, malformed.Count);
        Fill(path, "<tmx><body><tu x='", "'/></body></tmx>");
        before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<RequestException>(() => CorpusInput.Open(path + Languages).Pairs(malformed, Token).Count());
        Assert.Contains("a tag of over 1 MiB", error.Message, StringComparison.Ordinal);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 50 << 20);

        static void Fill(string path, string before, string after)
        {
            using var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest);
            gzip.Write(Encoding.UTF8.GetBytes(before));
            var block = Enumerable.Repeat((byte)'a', 1 << 20).ToArray();
            for (var i = 0; i < 100; i++)
                gzip.Write(block);
            gzip.Write(Encoding.UTF8.GetBytes(after));
        }
    }

    [Fact]
    public void Elements_within_elements_without_end_are_refused()
    {
        var path = Path.Combine(_folder, "deep.xlf");
        File.WriteAllText(path, "<xliff>" + string.Concat(Enumerable.Repeat("<group>", 100_000)));
        var error = Assert.Throws<RequestException>(() => CorpusInput.Open(path).Pairs(new(), Token).Count());
        Assert.Contains("nested more than 200 deep", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_document_than_was_said_is_named()
    {
        var path = Path.Combine(_folder, "a.tmx");
        File.WriteAllText(path, "<html/>");
        Assert.Contains("<html> found, <tmx> expected", Message(), StringComparison.Ordinal);
        path = Path.Combine(_folder, "a.xlf");
        File.WriteAllText(path, "<html/>");
        Assert.Contains("<html> found, <xliff> expected", Message(), StringComparison.Ordinal);
        path = Path.Combine(_folder, "a.parquet");
        File.WriteAllText(path, "source\ttarget\n");
        Assert.Contains("no Parquet, or its end is missing", Message(), StringComparison.Ordinal);

        string Message() => Assert.Throws<RequestException>(() => CorpusInput.Open(path).Pairs(new(), Token).Count()).Message;
    }

    private static void Survives(string path)
    {
        foreach (var read in (Func<CorpusInput, long>[])
            [input => input.Pairs(new(), Token).LongCount(), input => input.Lines(new(), Token).LongCount()])
        {
            try
            {
                Assert.True(read(CorpusInput.Open(path)) < 10_000);
            }
            catch (RequestException refusal)
            {
                Assert.NotEqual("", refusal.Where);
            }
        }
    }
}
