using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class CorpusCleanTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Pairs_are_cleaned_counted_and_what_was_removed_is_kept_with_its_reason()
    {
        var input = _folder.Write("en-de.tsv", "Good  morning\tGuten Morgen\nsame\tsame\nдоброе утро\tGuten Morgen\n\tleer\n");
        var (output, rejected) = (_folder["clean", "en-de.tsv"], _folder["clean", "rejected.jsonl"]);
        string[] arguments = ["corpus", "clean", input, "--from", "en", "--to", "de", "--out", output, "--rejected", rejected];
        var result = LlamaxProgram.Run(arguments);
        Assert.Equal((0, "kept 1 of 4 pairs (25.0 %); top reason: copyOfSource (1)\n"), (result.ExitCode, result.Out));
        Assert.Equal("Good morning\tGuten Morgen\n", File.ReadAllText(output));
        var lines = File.ReadLines(rejected).Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["copyOfSource", "leastScript", "empty"], lines.Select(line => (string?)line["reason"]));
        Assert.Equal((input, 3, "доброе утро"), ((string?)lines[1]["file"], (int)lines[1]["line"]!, (string?)lines[1]["source"]));
        Assert.True(File.Exists(_folder["clean", "manifest.json"]));

        var json = JsonNode.Parse(LlamaxProgram.Run([.. arguments, "--json"]).Out)!;
        Assert.Equal((4, 1, 1), ((int)json["read"]!, (int)json["kept"]!, (int)json["removed"]!["empty"]!["count"]!));
        Assert.Equal(1, (int)json["counts"]!["changed.whitespace"]!);
    }

    [Fact]
    public void Duplicates_of_what_is_kept_go_in_the_same_pass()
    {
        var input = _folder.Write("en-de.tsv", "Good  morning\tGuten Morgen\nsame\tsame\ngood morning!\tguten morgen\n");
        var output = _folder["clean", "en-de.tsv"];
        var result = LlamaxProgram.Run("corpus", "clean", input, "--from", "en", "--to", "de", "--out", output, "--dedup", "--json");
        var json = JsonNode.Parse(result.Out)!;
        Assert.Equal((1, 1), ((int)json["kept"]!, (int)json["removed"]!["duplicate"]!["count"]!));
        Assert.Equal("Good morning\tGuten Morgen\n", File.ReadAllText(output));
    }

    [Fact]
    public void Text_of_one_language_is_cleaned_by_a_recipe()
    {
        var input = _folder.Write("ha.txt", "Ina kwana\nIna\n");
        var recipe = _folder.Write("clean.yaml", "limits:\n  leastWords: 1\nlanguages:\n  hau: {leastWords: 2}\n");
        var result = LlamaxProgram.Run("corpus", "clean", input, "--lang", "ha", "--out", _folder["out", "ha.txt"], "--recipe", recipe);
        Assert.Equal("kept 1 of 2 lines (50.0 %); top reason: leastWords (1)\n", result.Out);
        Assert.Equal("Ina kwana\n", File.ReadAllText(_folder["out", "ha.txt"]));
    }

    [Fact]
    public void Wrong_requests_are_refused_with_the_way_out()
    {
        var input = _folder.Write("a.tsv", "a\tb\n");
        string Refusal(params string[] arguments) =>
            LlamaxProgram.Run(["corpus", "clean", .. arguments, "--out", _folder["out", "a.tsv"]]).Refusal();
        var recipe = _folder.Write("clean.yaml", "limits:\n  mostWord: 3\n");
        Assert.Contains("clean.yaml, line 2: unknown key \"limits.mostWord\"", Refusal(input, "--recipe", recipe),
            StringComparison.Ordinal);
        Assert.Contains("mostWords", Refusal(input, "--recipe", recipe), StringComparison.Ordinal);
        Assert.Contains("docs/clean.md", Refusal(input, "--recipe", recipe), StringComparison.Ordinal);
        Assert.Contains("llamax corpus dedup", Refusal(input, "--dedup", "--shard", "1/2"), StringComparison.Ordinal);
        Assert.Contains("2/7", Refusal(input, "--shard", "8/7"), StringComparison.Ordinal);
        Assert.Contains("--lang", Refusal(input, "--lang", "en", "--to", "de"), StringComparison.Ordinal);
        Assert.Contains("nowhere.tsv", Refusal("nowhere.tsv"), StringComparison.Ordinal);
        Assert.Contains("2 of 2 shards are missing", LlamaxProgram
            .Run("corpus", "clean", input, "--out", _folder["out", "a.tsv"], "--merge", "2").RefusalAtLast(), StringComparison.Ordinal);
    }
}
