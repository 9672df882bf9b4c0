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
    private static readonly CopyTranslator Copy = new();

    private readonly Dictionary<SuiteKind, TestSet> _tests = [];

    /// <summary>The test set of a suite, built once.</summary>
    public TestSet TestsOf(SuiteKind suite)
    {
        if (!_tests.TryGetValue(suite, out var tests))
            _tests.Add(suite, tests = TestSets.Build(suite, recipe, data));
        return tests;
    }

    public override string Describe()
    {
        var directions = recipe.Evaluation.Suites.Sum(s => (long)TestsOf(s).Directions.Count);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", systems.Keys)} on {string.Join(", ", recipe.Evaluation.Suites.Select(TestSets.NameOf))}: "
            + $"{directions:N0} directions, at most {recipe.Evaluation.SentencesPerDirection} sentences each, "
            + $"{recipe.Evaluation.Beams} beams");
    }

    /// <summary>Every direction knows what it was translated from: what still holds is kept, the rest is done anew.</summary>
    public override bool IsAdaptable => true;

    protected override IEnumerable<string> KeyParts() =>
        [RecipeWriter.Write(recipe.Evaluation), data.Fingerprint, tokenizer.Key, recipe.Seed.ToString(CultureInfo.InvariantCulture),
            recipe.Device, .. recipe.Evaluation.Suites.Select(suite => TestSets.Fingerprint(suite, recipe, data)),
            recipe.Evaluation.PieceModel is null ? "" : Pieces.Fingerprint, .. systems.Select(s => s.Value.Key)];

    public override Manifest Run(StageContext context)
    {
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal);
        TorchRuntime.SetThreads(recipe.Threads);
        foreach (var suite in recipe.Evaluation.Suites)
        {
            var tests = TestsOf(suite);
            counts[$"{suite}.directions"] = tests.Directions.Count;
            Matrix(suite, EvaluationOptions.Baseline, context).Run(Copy, tests, context.Cancellation);
        }

        foreach (var (name, phase) in systems)
        {
            using var translator = new ModelSystem(phase.Title, phase.Key, phase.ModelFolder, Translator, context.Events);
            foreach (var suite in recipe.Evaluation.Suites)
            {
                var result = Matrix(suite, name, context).Run(translator, TestsOf(suite), context.Cancellation);
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

    /// <summary>
    /// The finished results of a suite, read from disk: nothing is translated. The copy baseline comes first, then the systems in their
    /// order.
    /// </summary>
    public IReadOnlyList<MatrixResult> Results(SuiteKind suite, StageContext context) =>
        [.. systems.Select(s => (Folder: s.Key, s.Value.Title)).Prepend((Folder: EvaluationOptions.Baseline, Title: Copy.Name))
            .Select(s => Matrix(suite, s.Folder, context).Load(s.Title, TestsOf(suite)))];

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
        new BleuMetric(new() { Name = PieceBleuName, Tokenizer = Pieces }),
    ];

    private PieceTokenizer Pieces => field ??= recipe.Evaluation.PieceModel is { } path
        ? new PieceTokenizer(Path.GetFileNameWithoutExtension(path), TokenizerFile.Load(path))
        : new PieceTokenizer("stand-in-run-pieces", tokenizer.Load());

    private DirectionMatrix Matrix(SuiteKind suite, string system, StageContext context) =>
        new(Path.Combine(Folder, suite.ToString().ToLowerInvariant(), system), new MatrixOptions { Metrics = Metrics }, context.Events);
}
