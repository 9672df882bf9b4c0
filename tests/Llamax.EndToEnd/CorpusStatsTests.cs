using System.Text.Json.Nodes;
using Llamax.Corpus;
using Llamax.Corpus.Building;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class CorpusStatsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cleaned_corpora_are_counted_with_what_was_removed_from_them()
    {
        var input = _folder.Write("raw.tsv", "Good morning\tIna kwana\nsame\tsame\nGood morning!\tina kwana\n");
        Assert.Equal(0, LlamaxProgram.Run(
            "corpus", "clean", input, "--from", "en", "--to", "ha", "--out", _folder["clean", "en-ha.tsv"]).ExitCode);
        _folder.Write("clean/en-ha.txt.en", "one\n");
        _folder.Write("clean/en-ha.txt.ha", "daya\n");
        var page = _folder["stats.html"];
        var result = LlamaxProgram.Run(
            "corpus", "stats", _folder["clean", "en-ha.tsv"], _folder["clean", "en-ha.txt.{en,ha}"], "--out", page, "--json");
        var json = JsonNode.Parse(result.Out)!;
        Assert.Equal((0, 3, 1), (result.ExitCode, (int)json["items"]!, (int)json["repeated"]!));
        Assert.Equal("copyOfSource", (string?)json["removed"]![0]!["reason"]);
        Assert.Equal("ha", (string?)json["languages"]![1]!["language"]);
        Assert.Equal(2, json["sources"]!.AsArray().Count);
        Assert.Contains("<h2>Removed by reason</h2>", File.ReadAllText(page), StringComparison.Ordinal);

        var text = LlamaxProgram.Run("corpus", "stats", _folder["clean", "en-ha.tsv"]);
        Assert.StartsWith("2 entries, 1 say what an earlier one says", text.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_mix_of_a_built_set_is_simulated_before_anything_is_spent()
    {
        var entries = _folder["entries.parquet"];
        TrainingSetFile.Write(entries, Enumerable.Range(0, 110).Select(i => new TrainingEntry(
            EntryKind.Monolingual, i < 100 ? "en" : "ha", "", [new($"word {i}", true)], $"x:{i}")));
        string[] stats = ["corpus", "stats", entries, "--mix", "--set"];
        var lines = LlamaxProgram.Run([.. stats, "method=uniMax", "--set", "maximumEpochs=2"]).Lines;
        Assert.Equal("stage mixed: 110 of 110 entries", lines[^4]);
        Assert.Equal(["en", "100", "90", "81.8", "%", "0.90", "1"], lines[^2].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["ha", "10", "20", "18.2", "%", "2.00", "2"], lines[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("nearest known keys are method", LlamaxProgram.Run([.. stats, "methd=uniMax"]).RefusalAtLast(), StringComparison.Ordinal);
        Assert.Contains("temperature = 0", LlamaxProgram.Run([.. stats, "temperature=0"]).RefusalAtLast(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_set_of_a_recipe_is_counted_before_it_is_built_and_its_mix_planned()
    {
        var recipe = _folder.Write("tiny.yaml", """
            name: tiny
            languages: [en, de]
            data: {sources: [{kind: builtin, monolingualPerLanguage: 200, pairsPerLanguagePair: 100}], lexicons: [builtin]}
            sets: {all: {blockLength: 64, mix: {method: temperature, temperature: 5}}}
            phases: {cpt: {set: all, training: {steps: 1}}}
            """);
        var json = JsonNode.Parse(LlamaxProgram.Run("corpus", "stats", recipe, "--mix", "--json").Out)!;
        Assert.Equal(500, (int)json["items"]!);
        Assert.Equal(200 + 150 + 100, (int)json["mix"]!["languages"]![0]!["entries"]!);
        Assert.Contains("the sets are all", LlamaxProgram.Run("corpus", "stats", recipe, "--name", "al").Refusal(), StringComparison.Ordinal);
        Assert.Contains("give one recipe", LlamaxProgram.Run("corpus", "stats", recipe, recipe).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_requests_are_refused_with_the_way_out()
    {
        var input = _folder.Write("pairs.tsv", "a\tb\n");
        string Refusal(params string[] arguments) => LlamaxProgram.Run(["corpus", "stats", .. arguments]).RefusalAtLast();
        Assert.Contains("--from and --to", Refusal(input), StringComparison.Ordinal);
        Assert.Contains("nowhere.tsv", Refusal("nowhere.tsv"), StringComparison.Ordinal);
        Assert.Contains("nothing to count", Refusal(_folder.Write("en-de.tsv", "")), StringComparison.Ordinal);
        Assert.Contains("FILE.report.json", Refusal(input, "--from", "en", "--to", "de", "--rejected", "none.json"), StringComparison.Ordinal);
        var malformed = LlamaxProgram.Run("corpus", "stats", _folder.Write("de-en.tsv", "a\tb\nalone\n"));
        Assert.Equal(1, malformed.ExitCode);
        Assert.Contains("1 malformed", malformed.Out, StringComparison.Ordinal);
    }
}
