using Llamax.Decoding.Prompts;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Testing;

namespace Llamax.Pipelines.Tests;

public sealed class RecipeRunTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_same_recipe_gives_the_same_bytes_whether_it_was_interrupted_or_not()
    {
        var events = new RecordedEvents();
        Execute("whole", events, TestContext.Current.CancellationToken);
        var whole = Results("whole");
        Assert.Contains("model/model.safetensors", whole.Keys);
        Assert.Contains("evaluation/builtin/tuned/en-de.json", whole.Keys);
        Assert.True(File.Exists(_folder["whole", "report.html"]));
        foreach (var part in (int[])[1, 3, 5, 7, 9])
        {
            var name = $"interrupted at {part} tenths";
            using var interrupted = new CancellationTokenSource();
            var stopping = new RecordedEvents
            {
                OnEvent = count =>
                {
                    if (count == events.Count * part / 10)
                        interrupted.Cancel();
                },
            };
            Assert.Throws<OperationCanceledException>(() => Execute(name, stopping, interrupted.Token));
            Assert.False(Directory.Exists(_folder[name, "model"]));
            Execute(name, new(), TestContext.Current.CancellationToken);
            Assert.Equal(whole, Results(name));
        }
    }

    [Fact]
    public void What_would_be_done_is_a_line_per_stage_and_touches_nothing()
    {
        var lines = new RecipeRun(TinyRecipe.Bind(), _folder["dry"], compare: false, new RecordedEvents()).Describe().ToList();
        Assert.Equal(
            ["tokenizer", "sets/cpt", "sets/instructions", "phases/cpt", "phases/tuned", "evaluation", "report"],
            lines.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Contains("5 steps of 1 blocks on sets/cpt, from random weights", lines[3], StringComparison.Ordinal);
        Assert.Contains("2 directions, at most 2 sentences each, 2 beams", lines[5], StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["dry"]));
    }

    [Fact]
    public void Phases_that_are_only_compared_with_run_only_where_a_comparison_is_asked_for()
    {
        var recipe = TinyRecipe.Bind(
            "phases.plain={set: cpt, compareOnly: true, training: {steps: 1}}", "evaluation.systems=[tuned, plain]");
        IEnumerable<string> Lines(bool compare) => new RecipeRun(recipe, _folder["dry"], compare, new RecordedEvents()).Describe();
        Assert.DoesNotContain(Lines(compare: false), line => line.StartsWith("phases/plain", StringComparison.Ordinal));
        Assert.Contains(Lines(compare: true), line => line.StartsWith("phases/plain", StringComparison.Ordinal));
    }

    [Fact]
    public void A_comparison_or_other_test_sentences_that_are_asked_for_later_add_to_the_run()
    {
        string[] plain = ["phases.plain={set: cpt, compareOnly: true, training: {steps: 1}}", "evaluation.systems=[tuned, plain]"];
        void Run(bool compare, params string[] assignments) =>
            new RecipeRun(TinyRecipe.Bind([.. plain, .. assignments]), _folder["run"], compare, new RecordedEvents())
                .Execute(from: null, TestContext.Current.CancellationToken);
        Run(compare: false);
        Assert.DoesNotContain("plain", File.ReadAllText(_folder["run", "report.html"]), StringComparison.Ordinal);
        var (model, direction) = (_folder["run", "phases", "tuned", "result.json"], _folder["run", "evaluation", "builtin", "tuned", "en-de.json"]);
        var times = (File.GetLastWriteTimeUtc(model), File.GetLastWriteTimeUtc(direction));
        Run(compare: true);
        Assert.Contains("plain", File.ReadAllText(_folder["run", "report.html"]), StringComparison.Ordinal);
        Assert.Equal(times, (File.GetLastWriteTimeUtc(model), File.GetLastWriteTimeUtc(direction)));
        Run(compare: true, "evaluation.sentencesPerDirection=3", "evaluation.beams=1");
        Assert.Equal(times.Item1, File.GetLastWriteTimeUtc(model));
        Assert.NotEqual(times.Item2, File.GetLastWriteTimeUtc(direction));
        Assert.Contains(
            "phases/tuned of a run with other options",
            Assert.Throws<RequestException>(() => Run(compare: true, "phases.tuned.training.steps=4")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_says_which_directions_it_was_trained_for()
    {
        var recipe = TinyRecipe.Bind("languages=[en, de, fr, ru]", "data.unseenPairs=0.4", "sets.cpt.languages=[en, de]");
        new RecipeRun(recipe, _folder["run"], compare: false, new RecordedEvents()).Execute(from: null, TestContext.Current.CancellationToken);
        var cpt = TranslationProfile.Load(_folder["run", "phases", "cpt", "model"]);
        Assert.True(cpt.Covers("en", "de") && cpt.Covers("de", "en"));
        Assert.False(cpt.Covers("en", "fr"));
        var tuned = TranslationProfile.Load(_folder["run", "model"]);
        var languages = (string[])["en", "de", "fr", "ru"];
        var unseen = languages.SelectMany(_ => languages, (source, target) => (source, target))
            .Where(d => d.source != d.target && !tuned.Covers(d.source, d.target)).ToList();
        Assert.Equal(2, unseen.Count);
        Assert.Equal(unseen[0], (unseen[1].target, unseen[1].source));
        Assert.All(unseen, d => Assert.True(d.source != "en" && d.target != "en"));
    }

    private void Execute(string name, RecordedEvents events, CancellationToken cancellation) =>
        new RecipeRun(TinyRecipe.Bind(), _folder[name], compare: false, events).Execute(from: null, cancellation);

    /// <summary>The hashes of all results; manifests, timings and the report tell wall time.</summary>
    private SortedDictionary<string, string> Results(string name)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(_folder[name], "*", SearchOption.AllDirectories))
        {
            var file = Path.GetRelativePath(_folder[name], path);
            if (Path.GetFileName(file) is not (Manifest.FileName or "timing.jsonl" or "recipe.yaml")
                && !file.Contains("report", StringComparison.Ordinal) && !file.Contains("checkpoints/", StringComparison.Ordinal))
                hashes[file] = Manifest.HashFile(path);
        }

        return hashes;
    }
}
