using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>New tokens for a real model, and what other verbs make of the result.</summary>
public sealed class VocabularyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_real_model_gets_tokens_of_a_language_and_is_inspected_exported_and_trained_as_any_other()
    {
        var model = Stories();
        var text = Goldens.DataPath("flores101", "dev", "ron.dev.gz");
        string[] extend = ["vocabulary", "extend", model, "--text", text, "--language", "ro", "--tokens", "150", "--out"];
        var run = LlamaxProgram.Run([.. extend, _folder["new"], "--json"]);
        Assert.True(run.ExitCode == 0, run.Error);
        var result = JsonNode.Parse(run.Out)!;
        Assert.Equal((150, 662), ((int)result["newTokens"]!, (int)result["vocabularySize"]!));
        Assert.True((double)result["fertilityAfter"]! < 0.8 * (double)result["fertilityBefore"]!, run.Out);
        Assert.Equal(662, (int)JsonNode.Parse(File.ReadAllText(_folder["new", "config.json"]))!["vocab_size"]!);

        // The same call again gives the same bytes.
        var weights = File.ReadAllBytes(_folder["new", "model.safetensors"]);
        Assert.Equal(0, LlamaxProgram.Run([.. extend, _folder["again"]]).ExitCode);
        Assert.Equal(weights, File.ReadAllBytes(_folder["again", "model.safetensors"]));

        var ids = LlamaxProgram.Run("tokenize", "--tokenizer", _folder["new"], "Bună ziua și la revedere").Done().Out;
        Assert.Contains(JsonNode.Parse(ids)!.AsArray(), id => (int)id! >= 512);
        Assert.Equal(
            "Bună ziua și la revedere\n",
            LlamaxProgram.RunOn(ids, "tokenize", "--tokenizer", _folder["new"], "--decode").Done().Out);
        var export = LlamaxProgram.Run("export", "--model", _folder["new"], "--format", "gguf", "--out", _folder["new.gguf"]);
        Assert.True(export.ExitCode == 0, export.Error);
        var recipe = _folder.Write("tune.yaml", $"""
            threads: 1
            languages: [en, ro]
            data:
              sources: [
                {"{"}kind: builtin, monolingualPerLanguage: 20, pairsPerLanguagePair: 20{"}"}
              ]
            model:
              path: "{_folder["new"]}"
            sets:
              all:
                blockLength: 128
                algorithm:
                  augmentation: none
            phases:
              all:
                set: all
                training:
                  steps: 2
            watch:
              samples: 0
            """);
        var train = LlamaxProgram.Run("train", recipe, "--out", _folder["run"]);
        Assert.True(train.ExitCode == 0, train.Error);
    }

    [Theory]
    [InlineData("--language", "xq", "no language \"xq\"")]
    [InlineData("--text", "no.txt", "no.txt: there is no such file")]
    [InlineData("--tokens", "0", "tokens = 0")]
    [InlineData("--tokens", "900000", "900000 are wanted")]
    [InlineData("--out", "old", "would overwrite the old one")]
    public void A_wrong_request_is_refused_and_nothing_is_written(string option, string value, string what)
    {
        var arguments = new Dictionary<string, string>
        {
            ["--text"] = _folder.Write("text.txt", string.Join('\n', Enumerable.Repeat("o casă mică și o mare, un om", 100))),
            ["--language"] = "ro",
            ["--tokens"] = "5",
            ["--out"] = _folder["new"],
        };
        arguments[option] = option == "--out" ? Stories() : value;
        string[] request = ["vocabulary", "extend", Stories(), .. arguments.SelectMany(pair => new[] { pair.Key, pair.Value })];
        Assert.Contains(what, LlamaxProgram.Run(request).RefusalAtLast(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["new"]));
    }

    [Fact]
    public void A_model_whose_tokenizer_is_no_sentencepiece_model_is_refused()
    {
        var model = Stories();
        File.Delete(Path.Combine(model, "tokenizer.model"));
        var text = _folder.Write("text.txt", "a");
        var message = LlamaxProgram.Run("vocabulary", "extend", model, "--text", text, "--language", "ro", "--tokens", "5", "--out", _folder["new"])
            .Refusal();
        Assert.Contains("there is no tokenizer.model", message, StringComparison.Ordinal);
    }

    private string Stories()
    {
        var folder = _folder["old"];
        Directory.CreateDirectory(folder);
        foreach (var name in (string[])["config.json", "model.safetensors"])
            File.WriteAllBytes(Path.Combine(folder, name), File.ReadAllBytes(Goldens.GoldenPath("models", "stories260k", name)));
        File.WriteAllBytes(
            Path.Combine(folder, "tokenizer.model"), File.ReadAllBytes(Goldens.DataPath("tinyllama-stories260K", "tok512.model")));
        return folder;
    }
}
