using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class CorpusDecontaminateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Test_sentences_go_and_the_report_says_of_which_set_how_many()
    {
        var test = _folder.Write("test.tsv", "Good day\tSannu\nGood night\tSai da safe\n");
        var input = _folder.Write("en-ha.tsv", "good day!\tBarka da rana\nyes\tna'am\n");
        var output = _folder["train", "en-ha.tsv"];
        var result = LlamaxProgram.Run("corpus", "decontaminate", input, "--from", "en", "--to", "ha", "--test", test, "--out", output);
        Assert.Equal((0, $"kept 1 of 2 pairs (50.0 %); top reason: {test} (1)\n"), (result.ExitCode, result.Out));
        Assert.Equal("yes\tna'am\n", File.ReadAllText(output));
        var report = JsonNode.Parse(File.ReadAllText(output + ".contamination.json"))!;
        Assert.Equal(("llamax-contamination/1", 1), ((string?)report["format"], (int)report["sets"]![0]!["hit"]!));
    }

    [Fact]
    public void Without_test_sentences_it_says_where_they_come_from()
    {
        var input = _folder.Write("a.tsv", "a\tb\n");
        var result = LlamaxProgram.Run("corpus", "decontaminate", input, "--from", "en", "--out", _folder["out", "a.tsv"]);
        Assert.Contains("LLAMAX_DATA", result.Refusal(), StringComparison.Ordinal);
    }
}
