using Llamax.Corpus.Packing;
using Llamax.Decoding.Prompts;
using Llamax.Evaluation.Reporting;
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
    public void A_set_is_packed_by_its_mix_and_trained_stage_by_stage()
    {
        var recipe = TinyRecipe.Bind(
            "sets.cpt.mix={method: uniMax, curriculum: monolingualThenParallel, languageMaximumEpochs: {deu: 0.5}}",
            "phases={cpt: {set: cpt, training: {steps: 1}}}", "evaluation.systems=[]");
        new RecipeRun(recipe, _folder["mixed"], compare: false, new RecordedEvents()).Execute(from: null, TestContext.Current.CancellationToken);
        using var corpus = PackedCorpus.Open(_folder["mixed", "sets", "cpt", "packed", "blocks.index"]);
        Assert.Equal(2, corpus.Stages.Count);
        var manifest = File.ReadAllText(_folder["mixed", "sets", "cpt", "packed", "manifest.json"]);
        Assert.Contains("\"curriculum\": \"monolingualThenParallel\"", manifest, StringComparison.Ordinal);
        Assert.Contains("\"epochs\": 0.5", manifest, StringComparison.Ordinal);

        var foreign = TinyRecipe.Bind("sets.cpt.mix={languageMaximumEpochs: {fr: 1}}");
        var refusal = Assert.Throws<RequestException>(() => new RecipeRun(foreign, _folder["no"], compare: false, new RecordedEvents()));
        Assert.Contains("sets.cpt.mix.languageMaximumEpochs: fr is not one of the run's languages", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_would_be_done_is_a_line_per_stage_and_touches_nothing()
    {
        var lines = new RecipeRun(TinyRecipe.Bind(), _folder["dry"], compare: false, new RecordedEvents()).Describe().ToList();
        Assert.Equal(
            ["tokenizer", "sets/cpt", "sets/instructions", "phases/cpt", "phases/tuned", "contamination", "evaluation", "report"],
            lines.Select(line => line[..line.IndexOf(':', StringComparison.Ordinal)]));
        Assert.Contains("5 steps of 1 blocks on sets/cpt, from random weights", lines[3], StringComparison.Ordinal);
        Assert.Contains("2 directions, at most 2 sentences each, 2 beams", lines[6], StringComparison.Ordinal);
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
    public void A_comparison_and_a_suite_are_added_to_a_finished_run_without_doing_it_again()
    {
        string[] assignments =
        [
            "languages=[en, de, fr]",
            "data.unseenPairs=0.9",
            "phases.plain={from: cpt, set: cpt, compareOnly: true, training: {steps: 1}}",
            "evaluation.systems=[cpt, tuned, plain]",
        ];
        RecordedEvents Run(string name, bool compare, params string[] more)
        {
            var (recipe, events) = (TinyRecipe.Bind([.. assignments, .. more]), new RecordedEvents());
            new RecipeRun(recipe, _folder[name], compare, events).Execute(from: null, TestContext.Current.CancellationToken);
            return events;
        }

        Run("grown", compare: false);
        var profile = TranslationProfile.Load(_folder["grown", "model"]);
        Assert.True(profile.Covers("en", "fr") && profile.Covers("de", "en"));
        Assert.False(profile.Covers("de", "fr") || profile.Covers("fr", "de"));
        var translated = _folder["grown", "evaluation", "builtin", "tuned", "en-de.json"];
        var before = File.GetLastWriteTimeUtc(translated);
        var notes = Run("grown", compare: true).Notes;
        Assert.Contains("phases/tuned: finished before", notes);
        Assert.Contains(notes, note => note.StartsWith("report: done", StringComparison.Ordinal));
        Assert.Equal(before, File.GetLastWriteTimeUtc(translated));
        Run("at once", compare: true);
        Assert.Equal(Results("at once"), Results("grown"));
        var systems = ReportDocument.Read(_folder["grown", "report", "report.json"]).Systems.Select(system => system.Name);
        Assert.Equal(["copy of the source", "cpt", "plain", "tuned"], systems);
        Assert.Contains("phases/tuned: finished before", Run("grown", compare: true, "evaluation.sentencesPerDirection=1").Notes);
        Assert.NotEqual(before, File.GetLastWriteTimeUtc(translated));
        var refusal = Assert.Throws<RequestException>(() => Run("grown", compare: true, "phases.tuned.training.steps=4"));
        Assert.Contains("phases/tuned of a run with other options", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_weights_to_start_from_are_another_run()
    {
        Execute("first", new(), TestContext.Current.CancellationToken);
        var weights = _folder["first", "model", "model.safetensors"];
        var recipe = TinyRecipe.Bind(
            $"model.path={_folder["first", "model"]}", "phases={cpt: {set: cpt, training: {steps: 1}}}", "evaluation.systems=[]");
        void Tune() => new RecipeRun(recipe, _folder["second"], compare: false, new RecordedEvents())
            .Execute(from: null, TestContext.Current.CancellationToken);
        Tune();
        Assert.Empty(TranslationProfile.Load(_folder["second", "model"]).Directions);
        Tune();
        var bytes = File.ReadAllBytes(weights);
        bytes[^1] ^= 1;
        File.WriteAllBytes(weights, bytes);
        Assert.Contains("phases/cpt of a run with other options", Assert.Throws<RequestException>(Tune).Message, StringComparison.Ordinal);
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
                && !file.Contains("report", StringComparison.Ordinal) && !file.Contains("checkpoints/", StringComparison.Ordinal)
                && !file.Contains("tensorboard/", StringComparison.Ordinal))
                hashes[file] = Manifest.HashFile(path);
        }

        return hashes;
    }
}
