using System.Globalization;
using Llamax.Decoding.Translators;
using Llamax.Evaluation.Directions;
using Llamax.Evaluation.Reporting;
using Llamax.Evaluation.Suites;
using Llamax.Metrics;
using Llamax.Metrics.Bleu;
using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Metrics.Chrf;
using Llamax.Models.Native;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs.Manifests;
using Llamax.Runs.Recipes;
using Llamax.Text.Tokenization;

namespace Llamax.Pipelines.Stages;

/// <summary>Translates and scores every direction with every system; a direction that is done is not done again.</summary>
internal sealed class EvaluationStage(
    string folder, Recipe recipe, IReadOnlyDictionary<string, PhaseStage> systems, TokenizerStage tokenizer, RunData data)
    : Stage("evaluation", folder)
{
    public const string CopySystem = "copy of the source";

    private readonly Dictionary<SuiteKind, TestSet> _tests = [];

    /// <summary>The systems in the order of the report, the copy baseline first.</summary>
    public IEnumerable<(string Folder, string Title)> Systems =>
        systems.Select(s => (s.Key, s.Value.Title)).Prepend(("copy", CopySystem));

    /// <summary>Directions keep their files by what was translated, so a further system or suite costs only itself.</summary>
    public override bool IsAdaptable => true;

    public override string Describe()
    {
        var directions = recipe.Evaluation.Suites.Sum(s => (long)TestsOf(s).Directions.Count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", systems.Keys)} on {string.Join(", ", recipe.Evaluation.Suites.Select(TestSets.NameOf))}: "
            + $"{directions:N0} directions, at most {recipe.Evaluation.SentencesPerDirection} sentences each, "
            + $"{recipe.Evaluation.Beams} beams");
    }

    protected override IEnumerable<string> KeyParts() =>
        [RecipeWriter.Write(recipe.Evaluation), RecipeWriter.Write(recipe.Data), data.Fingerprint, tokenizer.Key,
            recipe.Seed.ToString(CultureInfo.InvariantCulture), recipe.Device, .. systems.Select(s => s.Value.Key)];

    public override Manifest Run(StageContext context)
    {
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal);
        TorchRuntime.Check();
        TorchRuntime.SetThreads(recipe.Threads);
        foreach (var suite in recipe.Evaluation.Suites)
        {
            var tests = TestsOf(suite);
            counts[$"{suite}.directions"] = tests.Directions.Count;
            Matrix(suite, "copy", context).Run(new CopyTranslator(), tests, context.Cancellation);
            foreach (var (name, phase) in systems)
            {
                using var translator = new ModelSystem(
                    phase.Title, phase.Key, phase.ModelFolder, Translator, context.Events);
                var result = Matrix(suite, name, context).Run(translator, tests, context.Cancellation);
                foreach (var group in Enum.GetValues<DirectionGroup>())
                {
                    if (result.MeanOf(ChrfName, group) is { } mean)
                        counts[$"{suite}.{name}.{group}.chrF++"] = Math.Round(mean, 4);
                }
            }
        }

        return new Manifest
        {
            Options = RecipeWriter.Write(recipe.Evaluation),
            Inputs = systems.ToDictionary(s => s.Key, s => s.Value.Key),
            Counts = counts,
        };
    }

    /// <summary>The finished results of a suite, read from disk: nothing is translated.</summary>
    public IReadOnlyList<MatrixResult> Results(SuiteKind suite, StageContext context)
    {
        var tests = TestsOf(suite);
        return [.. Systems.Select(s => Matrix(suite, s.Folder, context).Load(s.Title, tests))];
    }

    /// <summary>The directions and sentences of a suite.</summary>
    public TestSet TestsOf(SuiteKind suite)
    {
        if (!_tests.TryGetValue(suite, out var tests))
            _tests[suite] = tests = TestSets.Build(suite, recipe, data);
        return tests;
    }

    /// <summary>The metrics with what the report calls them.</summary>
    public IReadOnlyList<ReportMetric> ReportMetrics =>
        [.. Metrics.Select(m => new ReportMetric(m.Name, LabelOf(m.Name), m.Signature(1)))];

    private ModelTranslatorOptions Translator => new()
    {
        Device = recipe.Device,
        Threads = recipe.Threads,
        Search = new() { Beams = recipe.Evaluation.Beams, MaxNewTokens = recipe.Evaluation.MaxNewTokens },
    };

    private string LabelOf(string metric) => metric == PieceBleuName ? PieceLabel : metric == ChrfName ? "chrF++" : metric;

    private static string ChrfName { get; } = new ChrfMetric(new() { WordOrder = 2 }).Name;

    private const string PieceBleuName = "BLEU (pieces)";

    private bool IsStandIn => recipe.Evaluation.PieceModel is null;

    private string PieceLabel => IsStandIn
        ? "BLEU over the run's own pieces (a stand-in, not spBLEU)"
        : $"BLEU over {Path.GetFileName(recipe.Evaluation.PieceModel)}";

    private IReadOnlyList<IMetric> Metrics => field ??=
    [
        new ChrfMetric(new() { WordOrder = 2 }),
        new BleuMetric(new() { Name = PieceBleuName, Tokenizer = Pieces() }),
    ];

    private PieceTokenizer Pieces() => recipe.Evaluation.PieceModel is { } path
        ? new(Path.GetFileNameWithoutExtension(path), TokenizerFile.Load(path))
        : new("stand-in-run-pieces", tokenizer.Load());

    private DirectionMatrix Matrix(SuiteKind suite, string system, StageContext context) =>
        new(Path.Combine(Folder, suite.ToString().ToLowerInvariant(), system), new MatrixOptions { Metrics = Metrics }, context.Events);
}
