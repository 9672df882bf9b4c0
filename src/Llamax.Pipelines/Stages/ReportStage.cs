using System.Globalization;
using Llamax.Evaluation.Directions;
using Llamax.Evaluation.Reporting;
using Llamax.Evaluation.Suites;
using Llamax.Models.Causal;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;

namespace Llamax.Pipelines.Stages;

/// <summary>
/// One self-contained page per suite: scores, maps of directions, loss curves, samples, and how to translate with the result.
/// </summary>
internal sealed class ReportStage(
    string folder,
    string outFolder,
    Recipe recipe,
    IReadOnlyDictionary<string, PhaseStage> phases,
    EvaluationStage evaluation,
    ContaminationStage contamination,
    RunData data)
    : Stage("report", folder)
{
    private const int Samples = 24;

    public override string Describe() => string.Join(", ", recipe.Evaluation.Suites.Select(s => FileOf(s, "html")));

    /// <summary>The pages are made in no time.</summary>
    public override bool IsAdaptable => true;

    protected override IEnumerable<string> KeyParts() =>
        [evaluation.Key, contamination.Key, recipe.Name, recipe.Description, .. phases.Values.SelectMany(p => new[] { p.Key, p.Title })];

    public override Manifest Run(StageContext context)
    {
        foreach (var suite in recipe.Evaluation.Suites)
        {
            var document = Document(suite, evaluation.Results(suite, context));
            document.Write(Path.Combine(Folder, FileOf(suite, "json")));
            var html = HtmlReport.Render(document);
            AtomicFile.WriteAllText(Path.Combine(Folder, FileOf(suite, "html")), html);
            AtomicFile.WriteAllText(Path.Combine(outFolder, FileOf(suite, "html")), html);
        }

        return new Manifest { Inputs = new Dictionary<string, string> { ["evaluation"] = evaluation.Key } };
    }

    /// <summary>The first suite's page is <c>report.html</c>.</summary>
    public string FileOf(SuiteKind suite, string extension) =>
        suite == recipe.Evaluation.Suites[0] ? $"report.{extension}" : $"report-{suite.ToString().ToLowerInvariant()}.{extension}";

    private ReportDocument Document(SuiteKind suite, IReadOnlyList<MatrixResult> results) => new()
    {
        Title = $"{recipe.Name}: {TestSets.NameOf(suite)}",
        Summary = recipe.Description,
        Facts = [.. Facts()],
        Languages = [.. data.Languages.Select(ReportLanguage.Of)],
        Metrics = evaluation.ReportMetrics,
        Baseline = results[results.Count > 2 ? 1 : 0].System,
        Systems = [.. results.Select(r => ReportSystem.Of(r))],
        LossCurves = [.. phases.Values.SelectMany(p => LossCurve.ReadLog(p.LogFile, p.Title))],
        Samples = [.. SampleRows(suite, results)],
        TranslateCommand = Example(evaluation.TestsOf(suite).Directions),
        Notes = [.. Notes(suite)],
    };

    private IEnumerable<ReportFact> Facts()
    {
        yield return new("recipe", recipe.Name);
        yield return new("seed", recipe.Seed.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, version) in Manifest.CurrentVersions)
            yield return new(name, version);
        var last = phases.Values.Last();
        var config = CausalConfig.FromJson(Path.Combine(last.ModelFolder, "config.json"));
        yield return new("model", string.Create(
            CultureInfo.InvariantCulture,
            $"{config.ParameterCount() / 1e6:0.0} M parameters: width {config.HiddenSize}, {config.Layers} layers, "
            + $"{config.Heads} heads, {config.VocabularySize:N0} pieces"));
        foreach (var phase in phases.Values)
        {
            if (Manifest.TryRead(phase.Folder) is { } manifest)
            {
                yield return new(phase.Title, string.Create(
                    CultureInfo.InvariantCulture,
                    $"{manifest.Counts["steps"]:N0} steps, {manifest.Counts["tokens"] / 1e6:0.0} M tokens, {manifest.WallSeconds:N0} s"));
            }
        }
    }

    private IEnumerable<ReportSample> SampleRows(SuiteKind suite, IReadOnlyList<MatrixResult> results)
    {
        // One sentence per chosen direction, another one each time, so that the table is no list of variations on one sentence.
        var directions = evaluation.TestsOf(suite).Directions;
        var order = new Draws(recipe.Seed, "samples").Permutation(directions.Count).Take(Samples).Order();
        foreach (var (index, row) in order.Select((index, row) => (index, row)))
        {
            var direction = directions[index];
            var line = row % direction.SourceLines.Count;
            yield return new(
                direction.Source, direction.Target, direction.Trained, direction.SourceLines[line], direction.References[line],
                [.. results.Skip(1).Select(r => new SampleHypothesis(r.System, r.Directions[index].Hypotheses[line]))]);
        }
    }

    /// <summary>The last direction from the first language: whoever reads the page likely reads that one.</summary>
    private string Example(IReadOnlyList<TestDirection> directions)
    {
        var direction = directions.Last(d => d.Source == directions[0].Source);
        return $"./llamax translate {Quoted(direction.SourceLines[0])} --model {Quoted(Path.Combine(outFolder, "model"))} "
            + $"--from {direction.Source} --to {direction.Target}";
    }

    /// <summary>As one word of a shell's command line.</summary>
    private static string Quoted(string text) =>
        $"\"{string.Concat(text.Select(c => c is '"' or '\\' or '$' or '`' ? $"\\{c}" : $"{c}"))}\"";

    private IEnumerable<ReportNote> Notes(SuiteKind suite)
    {
        yield return new(
            "chrF++",
            "Character 6-grams and word 2-grams, beta 2, equal to sacrebleu. It needs no tokenizer and is the main score here.");
        yield return new(
            "BLEU over pieces",
            "With the Flores-101 SentencePiece model this is the paper's spBLEU; where the table says stand-in, another model "
            + "cut the pieces, and the numbers cannot be compared with published spBLEU.");
        yield return new("never trained", "Directions between languages whose sentence pairs no training set held, in either order.");
        yield return new("contamination", suite switch
        {
            SuiteKind.Builtin => "Test items are divided from training items by their content. " + contamination.Summary(suite),
            SuiteKind.HeldOut =>
                "Training leaves out every pair and line that shares a sentence with a held-out pair. " + contamination.Summary(suite),
            _ => contamination.Summary(suite),
        });
    }
}
