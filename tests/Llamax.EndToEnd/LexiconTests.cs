using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class LexiconTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Dictionaries_become_a_lexicon_with_counts_conflicts_and_coverage()
    {
        _folder.Write("dictionaries/en-de.txt", "dog Hund\nnew neu\n");
        _folder.Write("dictionaries/eng-fra.tsv", "new york\tNew York\n");
        var own = _folder.Write("words.tsv", "dog\tKöter\n");
        var text = _folder.Write("text.en", "The new dog.\nDog!\n");
        string[] request =
            ["lexicon", "build", _folder["dictionaries"], $"en-de={own}", "--out", _folder["out"], "--coverage", text, "--language", "eng"];
        var result = LlamaxProgram.Run([.. request, "--json"]);
        Assert.Equal(0, result.ExitCode);
        var document = JsonNode.Parse(result.Out)!;
        Assert.Equal((4, 1, 0), ((int)document["entries"]!, (int)document["conflicts"]!, (int)document["agreements"]!));
        Assert.Equal("""{"de":3,"en":3,"fr":1}""", document["entities"]!.ToJsonString());
        Assert.Equal((4, 3), ((int)document["coverage"]!["tokens"]!, (int)document["coverage"]!["known_tokens"]!));
        Assert.Equal(["lexicon.bin", "manifest.json"], Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order());
        var bytes = File.ReadAllBytes(_folder["out", "lexicon.bin"]);

        var again = LlamaxProgram.Run(request);
        Assert.Equal(0, again.ExitCode);
        Assert.Contains("en: 75.0 % of 4 words known, 66.7 % of 3 different ones.", again.Lines);
        Assert.Contains(again.Lines, line => line.Contains("dog_en", StringComparison.Ordinal));
        Assert.Equal(bytes, File.ReadAllBytes(_folder["out", "lexicon.bin"]));
    }

    [Fact]
    public void A_text_that_the_lexicon_does_not_cover_is_said()
    {
        var own = _folder.Write("words.tsv", "dog\tHund\n");
        var text = _folder.Write("text", "kaixo mundua\n");
        var result = LlamaxProgram.Run(
            "lexicon", "build", $"en-de={own}", "--out", _folder["out"], "--languages", "en,de,kam",
            "--coverage", text, "--language", "en");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("no source has an entry of kam", result.Error, StringComparison.Ordinal);
        Assert.Contains("knows no word of this text", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_requests_are_refused()
    {
        var own = _folder.Write("words.tsv", "dog\tHund\n");
        Assert.Contains("names are muse", Refusal("nowhere"), StringComparison.Ordinal);
        Assert.Contains("hops = 3", Refusal($"en-de={own}", "--hops", "3"), StringComparison.Ordinal);
        Assert.Contains("give both or none", Refusal($"en-de={own}", "--coverage", own), StringComparison.Ordinal);
        Assert.Contains("no language \"xx\"", Refusal($"en-de={own}", "--languages", "xx"), StringComparison.Ordinal);
        Assert.Contains("no entry between", LlamaxProgram.Run(
            "lexicon", "build", $"en-de={own}", "--out", _folder["out"], "--languages", "fr,en").RefusalAtLast(), StringComparison.Ordinal);
        var damaged = _folder.Write("broken/lexicon.bin", new byte[200]);
        Assert.Contains(damaged, LlamaxProgram.Run(
            "lexicon", "build", _folder["broken"], "--out", _folder["out"]).RefusalAtLast(), StringComparison.Ordinal);

        string Refusal(params string[] arguments) =>
            LlamaxProgram.Run(["lexicon", "build", .. arguments, "--out", _folder["out"]]).Refusal();
    }
}
