using Llamax.Corpus.Catalogue;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Catalogue;

public sealed class TestSentencesTests
{
    [Theory]
    [InlineData("flores101", 102 * (997 + 1012))]
    [InlineData("flores200", 204 * (997 + 1012))]
    [InlineData("tico19", 3071 * 38)]
    [InlineData("wmt23", 40_000)]
    [InlineData("mafand", 55_000)]
    public void Every_sentence_of_a_test_set_is_read_in_every_language(string name, int count)
    {
        var lines = TestSentences.Read(name, new DataCatalogue(new(Goldens.Data, "nowhere")));
        Assert.InRange(lines.Count(line => line.Text.Length > 0), count * 0.9, count * 1.5);
    }

    [Fact]
    public void A_set_that_is_missing_or_no_test_is_refused()
    {
        var catalogue = new DataCatalogue(new(null, "nowhere"));
        var error = Assert.Throws<RequestException>(() => TestSentences.Read("flores101", catalogue));
        Assert.Contains("llamax data get flores101", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<RequestException>(
            () => TestSentences.Read("tico19", new(new(null, "nowhere"), [catalogue.Find("tico19") with { MirrorPath = "x" }])));
        Assert.Contains("tico19", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<RequestException>(() => TestSentences.Read("muse", catalogue));
        Assert.Contains("use one of flores101", error.Message, StringComparison.Ordinal);
    }
}
