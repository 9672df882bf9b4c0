using Llamax.Evaluation.Suites;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Evaluation.Tests.Suites;

public sealed class TestSetTests
{
    [Fact]
    public void Flores_lines_of_two_languages_belong_together()
    {
        var languages = new[] { "en", "zhtrad", "ha" }.Select(LanguageRegistry.Find).ToList();
        var lines = FloresSuite.Read(Goldens.DataPath("flores101"), "devtest", CodeSet.Flores101, languages);
        Assert.Equal(["en", "zhtrad", "ha"], lines.Select(l => l.Language));
        Assert.All(lines, l => Assert.Equal(1012, l.Lines.Count));
        var set = TestSet.FromParallelLines("flores", lines, (_, _) => false, (source, _) => source == "en");
        Assert.Equal(["en→zhtrad", "en→ha"], set.Directions.Select(d => d.ToString()));
        Assert.Equal(5, FloresSuite.Read(Goldens.DataPath("flores101"), "dev", CodeSet.Flores101, languages, limit: 5)[0].Lines.Count);
    }

    [Fact]
    public void A_missing_or_broken_Flores_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var german = new[] { LanguageRegistry.Find("de") };
        var missing = Assert.Throws<RequestException>(() => FloresSuite.Read(folder.Path, "dev", CodeSet.Flores101, german));
        Assert.EndsWith(Path.Combine("dev", "deu.dev.gz"), missing.Where, StringComparison.Ordinal);
        Directory.CreateDirectory(Path.Combine(folder.Path, "dev"));
        File.WriteAllText(Path.Combine(folder.Path, "dev", "deu.dev.gz"), "not gzip at all");
        var broken = Assert.Throws<RequestException>(() => FloresSuite.Read(folder.Path, "dev", CodeSet.Flores101, german));
        Assert.Equal("the file is not a gzip file", broken.What);
    }

    [Theory]
    [InlineData("../de")]
    [InlineData("")]
    [InlineData("d e")]
    public void A_code_that_could_name_a_file_elsewhere_is_refused(string code)
    {
        var error = Assert.Throws<RequestException>(() => new TestDirection("en", code, ["a"], ["b"], trained: false));
        Assert.Contains("cannot name a file", error.Message);
    }

    [Fact]
    public void Directions_without_sense_are_refused()
    {
        Assert.Contains(
            "2 source lines and 1 references",
            Assert.Throws<RequestException>(() => new TestDirection("en", "de", ["a", "b"], ["c"], trained: true)).Message);
        Assert.Contains("en is both", Assert.Throws<RequestException>(() => new TestDirection("en", "en", ["a"], ["c"], trained: true)).Message);
        var direction = new TestDirection("en", "de", ["a"], ["c"], trained: true);
        Assert.Contains("en→de is there twice", Assert.Throws<RequestException>(() => new TestSet("x", [direction, direction])).Message);
        Assert.Contains("no direction", Assert.Throws<RequestException>(() => new TestSet("x", [])).Message);
    }
}
