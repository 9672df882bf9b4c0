using System.Text.Json.Nodes;
using Llamax.Corpus.Reading;
using Llamax.Pipelines.Data;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Tests.Stages;

public sealed class WatchingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Dev_losses_and_samples_come_while_a_phase_trains_and_again_after_a_kill()
    {
        var cpt = Run("whole", "phases.cpt.training.validateEvery=2", "phases.cpt.training.metric=samples/chrf", "phases.cpt.training.keepBest=true");
        var dev = Lines(cpt, "log.jsonl").Where(line => (string?)line["probe"] == "dev").ToList();
        Assert.Equal([2, 4, 5], dev.Select(line => (int)line["step"]!));
        Assert.All(["loss", "loss/languages/de", "loss/languages/en", "loss/kinds/parallel", "loss/kinds/monolingual"], key =>
            Assert.True((double)dev[0][key]! > 0, key));
        var samples = Lines(cpt, "samples.jsonl");
        Assert.Equal([2, 4, 5], samples.Select(line => (int)line["step"]!).Distinct());
        Assert.Equal(["de", "en"], samples.Select(line => (string)line["target"]!).Distinct().Order());

        // Lines of steps that a killed run had taken are made again, not twice.
        var once = File.ReadAllText(Path.Combine(cpt, "samples.jsonl"));
        Directory.Delete(Path.Combine(cpt, "model"), recursive: true);
        File.Delete(Path.Combine(cpt, "manifest.json"));
        File.Delete(Path.Combine(cpt, "result.json"));
        Run("whole", "phases.cpt.training.validateEvery=2", "phases.cpt.training.metric=samples/chrf", "phases.cpt.training.keepBest=true");
        Assert.Equal(once, File.ReadAllText(Path.Combine(cpt, "samples.jsonl")));
    }

    [Fact]
    public void A_run_may_go_unwatched()
    {
        var cpt = Run("unwatched", "watch.devPairs=0", "watch.samples=0");
        Assert.DoesNotContain(Lines(cpt, "log.jsonl"), line => line["probe"] is not null);
        Assert.False(File.Exists(Path.Combine(cpt, "samples.jsonl")));
    }

    [Fact]
    public void What_a_run_is_watched_by_is_no_training_pair()
    {
        var recipe = TinyRecipe.Bind();
        var data = new RunData(recipe);
        var trained = data.Languages.SelectMany(source => data.Languages.Where(target => target != source)
            .SelectMany(target => data.Parallel(source, target))).Select(pair => (pair.Source, pair.Target)).ToHashSet();
        var dev = new DevPairs(recipe, data).Of(data.Languages).ToList();
        Assert.Equal(2 * recipe.Watch.DevPairs, dev.Count);
        Assert.DoesNotContain(dev, one => trained.Contains((one.Pair.Source, one.Pair.Target)));
    }

    [Fact]
    public void What_the_best_model_is_chosen_by_says_nothing_that_the_built_in_tests_say()
    {
        var data = new RunData(TinyRecipe.Bind());
        HashSet<(string, string)> Said(Func<RunData, Language, Language, int, IEnumerable<SentencePair>> pairs) =>
            [.. pairs(data, data.Languages[0], data.Languages[1], 500).Select(pair => (pair.Source, pair.Target))];
        var dev = Said((run, source, target, count) => run.Dev(source, target, count));
        var test = Said((run, source, target, count) => run.BuiltInTest(source, target, count));
        Assert.True(dev.Count > 400 && test.Count > 400, $"{dev.Count} and {test.Count}");
        Assert.Empty(dev.Intersect(test));
    }

    private string Run(string name, params string[] assignments)
    {
        var recipe = TinyRecipe.Bind(assignments);
        recipe = recipe with { Evaluation = recipe.Evaluation with { Systems = [] } };
        new RecipeRun(recipe, _folder[name], compare: false, new RecordedEvents()).Execute(null, TestContext.Current.CancellationToken);
        return _folder[name, "phases", "cpt"];
    }

    private static List<JsonNode> Lines(string folder, string file) =>
        [.. File.ReadAllLines(Path.Combine(folder, file)).Select(line => JsonNode.Parse(line)!)];
}
