using System.IO.Compression;
using System.Text;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Lexicons;

public sealed class LexiconFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("dog\tHund\ncat\tKatze\n")]
    [InlineData("dog Hund\r\ncat Katze")]
    public void Two_columns_are_read_whether_a_tab_or_a_space_divides_them(string text)
    {
        File.WriteAllText(_folder["en-de.txt"], text);
        Assert.Equal(
            [new("en", "dog", "de", "Hund"), new LexiconEntry("en", "cat", "de", "Katze")],
            LexiconFile.Read(_folder["en-de.txt"], "en", "de", new()));
    }

    [Fact]
    public void A_malformed_line_is_counted_and_named()
    {
        File.WriteAllText(_folder["x.tsv"], "dog\tHund\nlonely\nnew york\tNew York\na\tb\tc\n");
        var malformed = new MalformedLines();
        Assert.Equal(["Hund", "New York"], LexiconFile.Read(_folder["x.tsv"], "en", "de", malformed).Select(entry => entry.Target));
        Assert.Equal(2, malformed.Count);
        Assert.Contains("x.tsv:2", malformed.Examples[0], StringComparison.Ordinal);
        var error = Assert.Throws<RequestException>(() => LexiconFile.Read(_folder["x.tsv"], "en", "de", new(strict: true)).Count());
        Assert.Contains("x.tsv:2", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_lexicon_are_refused_with_their_place()
    {
        Assert.Throws<RequestException>(() => LexiconFile.Read(_folder["missing.tsv"], "en", "de", new()).Count());
        Refuse("empty.tsv", [], "no line");
        Refuse("prose.tsv", "these are many words\nand more of them\n"u8.ToArray(), "no line");
        Refuse("latin1.tsv", [.. "caf"u8, 0xE9, .. "\tx\n"u8], "no line");
        Refuse("broken.tsv.gz", [0x1F, 0x8B, .. "no gzip"u8], "gzip");
    }

    [Fact]
    public void A_muse_folder_is_read_file_by_file()
    {
        File.WriteAllText(_folder["en-tl.txt"], "dog\taso\n");
        File.WriteAllBytes(_folder["zh-en.txt.gz"], Gzip("狗\tdog\n"));
        File.WriteAllText(_folder["README.md"], "not a dictionary");
        Assert.Equal([new("en", "dog", "tl", "aso"), new LexiconEntry("zh", "狗", "en", "dog")],
            LexiconFile.ReadMuse(_folder.Path, new()));
        Assert.Throws<RequestException>(() => LexiconFile.ReadMuse(_folder["nowhere"], new()));
        Directory.CreateDirectory(_folder["none"]);
        Assert.Throws<RequestException>(() => LexiconFile.ReadMuse(_folder["none"], new()));
    }

    [Fact]
    public void Every_muse_dictionary_gives_entities_and_translations()
    {
        foreach (var file in Directory.EnumerateFiles(Goldens.DataPath("muse"), "*-*.txt*"))
        {
            var codes = Path.GetFileName(file).Split('.')[0].Split('-');
            var (source, target) = (codes[0], codes[1]);
            var entries = LexiconFile.Read(file, source, target, new()).Take(2000).ToList();
            var lexicon = MultilingualLexicon.Build(entries);
            foreach (var entry in entries)
            {
                var expected = new LexiconEntity(target, MultilingualLexicon.Normalize(entry.Target, target));
                Assert.Contains(expected, lexicon.Translations(source, entry.Source));
            }
        }
    }

    private static byte[] Gzip(string text)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return memory.ToArray();
    }

    private void Refuse(string name, byte[] content, string says)
    {
        File.WriteAllBytes(_folder[name], content);
        var error = Assert.Throws<RequestException>(() => LexiconFile.Read(_folder[name], "en", "de", new()).Count());
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }
}
