using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>Preference tuning as a phase of a recipe.</summary>
public sealed class PreferenceTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cpo")]
    [InlineData("dpo")]
    public void A_model_learns_to_prefer_what_it_was_never_shown_and_a_killed_run_ends_with_the_same_bytes(string kind)
    {
        string[] train = ["train", Recipe(kind, Triplets(60)), "--out"];
        var whole = LlamaxProgram.Run([.. train, _folder["whole"]]);
        Assert.True(whole.ExitCode == 0, whole.Error);
        var dev = File.ReadLines(_folder["whole", "phases", "preferred", "log.jsonl"]).Select(line => JsonNode.Parse(line)!)
            .Where(line => (string?)line["probe"] == "dev").ToList();
        Assert.Equal([10, 20, 30], dev.Select(line => (int)line["step"]!));
        Assert.All(dev, line => Assert.Equal(12, (int)line["pairs"]!));
        var margins = dev.ConvertAll(line => (double)line["margin"]!);
        Assert.True(margins[0] < margins[^1] && margins[^1] > 1, string.Join(' ', margins));
        Assert.Equal(1, (double)dev[^1]["accuracy"]!);

        var killed = LlamaxProgram.Interrupt("phases/preferred: train", [.. train, _folder["killed"]]);
        Assert.Equal(130, killed.ExitCode);
        var resumed = LlamaxProgram.Run([.. train, _folder["killed"]]);
        Assert.True(resumed.ExitCode == 0, resumed.Error);
        Assert.Equal(TinyRun.ResultsOf(_folder["whole"]), TinyRun.ResultsOf(_folder["killed"]));
    }

    [Fact]
    public void The_layout_of_other_trainers_is_read_as_it_is()
    {
        var lines = Enumerable.Range(0, 20).Select(i => JsonSerializer.Serialize(
            new { prompt = $"Say {i}:", chosen = $"It is {i}", rejected = $"no {i}", score = 3 }));
        var run = LlamaxProgram.Run(
            "train", Recipe("cpo", lines), "--out", _folder["run"], "--set", "phases.preferred.training.steps=1", "--set", "phases.cpt.training.steps=1");
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.True(File.Exists(_folder["run", "model", "model.safetensors"]));
    }

    [Fact]
    public void A_wrong_line_is_named_with_its_file_and_its_mend()
    {
        var recipe = Recipe("cpo", [.. Triplets(1), """{"prompt": "a", "chosen": "b", "rejected": "b"}"""]);
        var message = LlamaxProgram.Run("train", recipe, "--out", _folder["run"]).RefusalAtLast();
        Assert.Contains("triplets.jsonl:2: the two answers are the same", message, StringComparison.Ordinal);
        Assert.Contains("To mend it: leave the line out", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sets.pairs.monolingual=true", "sets.pairs.preferences = 1: cannot stand beside other text")]
    [InlineData("phases.preferred.objective=null", "phases.preferred.objective = (nothing): is needed")]
    [InlineData("phases.cpt.objective={kind: dpo}", "phases.cpt.objective = Dpo: needs preferences, and sets.text holds none")]
    [InlineData("phases.preferred.objective.beta=0", "phases.preferred.objective.beta = 0")]
    [InlineData("sets.pairs.heldOutExamples=-1", "sets.pairs.heldOutExamples = -1")]
    [InlineData("sets.pairs.preferences=[no.jsonl]", "no.jsonl: there is no such file")]
    public void What_does_not_fit_together_is_refused_before_anything_is_written(string assignment, string what)
    {
        var message = LlamaxProgram.Run(
            "train", Recipe("cpo", Triplets(2)), "--out", _folder["run"], "--set", assignment).Refusal();
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    private string Recipe(string kind, IEnumerable<string> lines)
    {
        var triplets = _folder.Write("triplets.jsonl", string.Join('\n', lines));
        return _folder.Write("preferences.yaml", $$"""
            name: preferences
            threads: 1
            languages: [en, de]
            data:
              sources: [{kind: builtin, monolingualPerLanguage: 100, pairsPerLanguagePair: 20}]
            tokenizer: {vocabularySize: 400}
            model: {hiddenSize: 32, layers: 1, heads: 2, keyValueHeads: 2, maxPositions: 256}
            watch: {samples: 0}
            sets:
              text: {blockLength: 64, algorithm: {augmentation: none} }
              pairs: {monolingual: false, parallel: false, preferences: "{{triplets}}", heldOutExamples: 12, blockLength: 256}
            phases:
              cpt: {set: text, training: {steps: 10, learningRate: 1e-3} }
              preferred:
                {from: cpt, set: pairs, objective: {kind: {{kind}}, beta: 0.5},
                 training: {steps: 30, warmupSteps: 1, learningRate: 5e-3, checkpointEverySteps: 7, validateEvery: 10} }
            evaluation: {prompt: compact}
            """);
    }

    private static IEnumerable<string> Triplets(int count) => Enumerable.Range(0, count).Select(i => JsonSerializer.Serialize(new
    {
        source = string.Create(CultureInfo.InvariantCulture, $"Number {i * 37}"),
        better = string.Create(CultureInfo.InvariantCulture, $"Nummer {i * 37}"),
        worse = string.Create(CultureInfo.InvariantCulture, $"{i * 37}, yes"),
        source_lang = "en",
        target_lang = "de",
    }));
}
