using System.Text;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class DataTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_catalogue_is_listed_with_what_is_here()
    {
        _folder.Write("spm-flores101/sacrebleu_tokenizer_spm.model", "x");
        var entries = JsonNode.Parse(Run("data", "list", "--json").Done().Out)!.AsArray();
        string? PathOf(string name) => (string?)entries.Single(entry => (string?)entry!["name"] == name)!["path"];
        Assert.EndsWith("sacrebleu_tokenizer_spm.model", PathOf("spm-flores101"), StringComparison.Ordinal);
        Assert.Null(PathOf("flores101"));
        string[] names = ["spm-flores200", "flores200", "ntrex128", "muse", "tatoeba", "massive", "alpaca", "lid176", "llama2-tokenizer"];
        var table = Run("data", "list").Done().Lines;
        foreach (var name in names)
            Assert.Contains(table, line => line.StartsWith(name + " ", StringComparison.Ordinal));
    }

    [Fact]
    public void Get_prints_the_path_of_what_is_in_the_mirror()
    {
        var path = _folder.Write("flores101/dev/eng.dev", "hello\n");
        Assert.Equal([Path.GetDirectoryName(Path.GetDirectoryName(path))!], Run("data", "get", "flores101").Done().Lines);
    }

    [Fact]
    public void The_list_is_narrowed_by_language_and_kind()
    {
        var lexicons = JsonNode.Parse(Run("data", "list", "--language", "hausa", "--kind", "lexicon", "--json").Done().Out)!.AsArray();
        Assert.NotEmpty(lexicons);
        Assert.All(lexicons, entry => Assert.Equal("lexicon", (string?)entry!["kind"]));
        Assert.DoesNotContain(lexicons, entry => (string?)entry!["name"] == "muse");
        var opus = Run("data", "list", "--kind", "parallel").Done().Lines;
        Assert.Contains(opus, line => line.StartsWith("opus:CCAligned:SRC-TGT ", StringComparison.Ordinal));
        Assert.Contains("nearest", Run("data", "list", "--language", "hausaa").Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_corpus_of_OPUS_is_got_by_its_name_and_pair()
    {
        var file = _folder.Write("opus/CCAligned/en-ha/CCAligned.en-ha.en", "hello\n");
        Assert.Equal([Path.GetDirectoryName(file)!], Run("data", "get", "opus:CCAligned:ha-en").Done().Lines);
        var entry = JsonNode.Parse(Run("data", "get", "opus:CCAligned:en-ha", "--json").Done().Out)!;
        Assert.Equal("v1", (string?)entry["version"]);
        Assert.Contains("name it as", Run("data", "get", "opus:CCAligned:hausa").Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_got_is_refused_with_the_way_to_it()
    {
        Assert.Contains("nearest: flores101", Run("data", "get", "flores-101").Refusal(), StringComparison.Ordinal);
        Assert.Contains(
            Path.Combine(_folder.Path, "llama2-tokenizer", "tokenizer.model"),
            Run("data", "get", "llama2-tokenizer").Refusal(),
            StringComparison.Ordinal);
        _folder.Write("lid/lid.176.ftz", "not the model");
        Assert.Contains(
            "8f3472cfe8738a7b6099e8e999c3cbfae0dcd15696aac7d7738a8039db603e83",
            Run("data", "get", "lid176").Refusal(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_an_error_and_no_crash()
    {
        var file = _folder.Write("file", "x");
        var environment = new Dictionary<string, string> { ["LLAMAX_CACHE"] = Path.Combine(file, "below"), ["LLAMAX_DATA"] = "" };
        Assert.Contains(file, LlamaxProgram.Run([], environment, "data", "get", "spm-flores101").Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Describe_says_what_a_file_is_and_fails_on_lines_that_are_no_utf8()
    {
        var good = _folder.Write("pairs.tsv", "dog\tсобака\n");
        var result = JsonNode.Parse(Run("data", "describe", good, "--json").Done().Out)![0]!;
        Assert.Equal(("TSV", 1, 0), ((string?)result["format"], (int)result["lines"]!, (int)result["malformed_lines"]!));
        Assert.Equal(["Latn", "Cyrl"], result["scripts"]!.AsArray().Select(script => (string?)script!["script"]));

        var bad = _folder.Write("bad.txt", [.. Encoding.UTF8.GetBytes("ok\n"), 0xFF]);
        var refused = Run("data", "describe", bad);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains($"{bad}:2", refused.Error, StringComparison.Ordinal);
        Assert.Contains(
            "nothing is there", Run("data", "describe", Path.Combine(_folder.Path, "nowhere")).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_mirror_of_these_tests_is_found_whole()
    {
        var environment = new Dictionary<string, string> { ["LLAMAX_DATA"] = Goldens.Data };
        Assert.Equal([Goldens.DataPath("lid", "lid.176.ftz")], LlamaxProgram.Run([], environment, "data", "get", "lid176").Done().Lines);
    }

    private ProgramResult Run(params string[] arguments) =>
        LlamaxProgram.Run([], new Dictionary<string, string> { ["LLAMAX_DATA"] = _folder.Path }, arguments);
}
