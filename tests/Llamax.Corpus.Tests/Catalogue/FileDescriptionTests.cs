using System.IO.Compression;
using System.Text;
using Llamax.Corpus.Catalogue;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Catalogue;

public sealed class FileDescriptionTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("llamax-describe-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void A_tsv_file_has_columns_each_in_its_script()
    {
        var file = Describe("pairs.tsv", "the dog\tσκύλος\nthe cat\tγάτα\n\n");
        Assert.Equal("TSV", file.Format);
        Assert.Equal((3L, 1L, 0L), (file.Lines, file.EmptyLines, file.MalformedLines));
        Assert.Equal((2, 2), file.Columns);
        Assert.Equal(["Latn", "Grek"], file.Scripts.Select(script => script.Script));
        Assert.Equal(["el"], file.Scripts[1].Languages);
        Assert.Equal(["Zyyy", "Grek"], Describe("scores.tsv", "0.5\tγάτα\n").Scripts.Select(script => script.Script));
        Assert.Empty(Describe("numbers.txt", "1\n2\n").Scripts);
    }

    [Fact]
    public void Lines_that_are_no_utf8_are_counted_and_named()
    {
        var path = Path.Combine(_root, "broken.txt");
        File.WriteAllBytes(path, [.. "good\n"u8, 0xFF, 0xFE, (byte)'\n', .. "good again"u8]);
        var file = Assert.Single(FileDescription.OfAll(path, TestContext.Current.CancellationToken));
        Assert.Equal("plain text", file.Format);
        Assert.Equal((3L, 1L), (file.Lines, file.MalformedLines));
        Assert.StartsWith($"{path}:2", Assert.Single(file.MalformedExamples), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"a\": 1}\n{\"a\": 2}\n", "JSON lines")]
    [InlineData("", "empty")]
    [InlineData("Auf Wiedersehen\n", "plain text")]
    [InlineData("PAR1 and more", "Parquet")]
    [InlineData("a\0b", "binary")]
    public void Formats_are_told_by_content(string content, string format) => Assert.Equal(format, Describe("file", content).Format);

    [Fact]
    public void Compressed_files_are_looked_into_and_a_folder_is_described_file_by_file()
    {
        using (var gzip = new GZipStream(File.Create(Path.Combine(_root, "b.gz")), CompressionLevel.Fastest))
            gzip.Write("แมว\n"u8);
        using (var zstandard = new ZstdSharp.CompressionStream(File.Create(Path.Combine(_root, "c.zst")), leaveOpen: false))
            zstandard.Write("แมว\n"u8);
        File.WriteAllText(Path.Combine(_root, "a"), "cat\n");
        var files = FileDescription.OfAll(_root, TestContext.Current.CancellationToken).ToList();
        Assert.Equal(["", "gzip", "Zstandard"], files.Select(file => file.Compression));
        Assert.Equal(["Latn", "Thai", "Thai"], files.Select(file => file.Scripts[0].Script));
    }

    [Fact]
    public void A_path_with_nothing_behind_it_is_an_error() =>
        Assert.Throws<RequestException>(() => FileDescription.OfAll(Path.Combine(_root, "nowhere"), TestContext.Current.CancellationToken));

    [Fact]
    public void Flores_is_plain_text_in_the_script_of_its_language()
    {
        var path = Goldens.DataPath("flores101", "dev", "tha.dev.gz");
        var file = Assert.Single(FileDescription.OfAll(path, TestContext.Current.CancellationToken));
        Assert.Equal(("plain text", 997L, 0L), (file.Format, file.Lines, file.MalformedLines));
        Assert.Equal("Thai", file.Scripts[0].Script);
    }

    private FileDescription Describe(string name, string content)
    {
        var path = Path.Combine(_root, name);
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(content));
        return Assert.Single(FileDescription.OfAll(path, TestContext.Current.CancellationToken));
    }
}
