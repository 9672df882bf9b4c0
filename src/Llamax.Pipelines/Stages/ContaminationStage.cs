using System.Globalization;
using Llamax.Corpus.Building;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Reading;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs.Manifests;
using Llamax.Runs.Recipes;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Stages;

/// <summary>
/// How much of the sentences that will be scored stands in what was trained on: <c>SUITE.json</c> as <c>corpus decontaminate</c> writes
/// it, and a sentence for the report.
/// </summary>
internal sealed class ContaminationStage(
    string folder, Recipe recipe, IReadOnlyCollection<SetStage> sets, EvaluationStage evaluation, RunData data)
    : Stage("contamination", folder)
{
    private static readonly DecontaminationOptions Rule = new();

    public override string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"test sentences that stand in the training sets, whole or {Rule.Words} words of them");

    /// <summary>Only entries are read.</summary>
    public override bool IsAdaptable => true;

    protected override IEnumerable<string> KeyParts() =>
        [RecipeWriter.Write(recipe.Evaluation), .. sets.Select(set => set.Key),
            .. recipe.Evaluation.Suites.Select(suite => TestSets.Fingerprint(suite, recipe, data))];

    public override Manifest Run(StageContext context)
    {
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var suite in recipe.Evaluation.Suites)
        {
            var total = TrainingSetContamination.Measure(
                [.. Texts(suite)], sets.SelectMany(set => TrainingSetFile.Read(set.EntriesFile)),
                Path.Combine(Folder, NameOf(suite) + ".json"), context.Events, context.Cancellation);
            (counts[$"{suite}.sentences"], counts[$"{suite}.equal"]) = (total.Sentences, total.Equal);
            counts[$"{suite}.overlapping"] = total.Overlapping;
        }

        return new Manifest { Inputs = sets.ToDictionary(set => set.Name, set => set.Key), Counts = counts };
    }

    /// <summary>What a reader of the suite's scores must know.</summary>
    public string Summary(SuiteKind suite)
    {
        var counts = Manifest.TryRead(Folder)!.Counts;
        return $"Of the {Count("sentences")} test sentences scored here (sources and references, each once for each language), "
            + $"{Count("equal")} stand whole in a training set, and {Count("overlapping")} more share {Rule.Words} words in a row with one "
            + $"({Rule.Letters} letters where no spaces divide words); contamination/{NameOf(suite)}.json has examples.";

        string Count(string what) => counts[$"{suite}.{what}"].ToString("N0", CultureInfo.InvariantCulture);
    }

    private static string NameOf(SuiteKind suite) => suite.ToString().ToLowerInvariant();

    private IEnumerable<TestText> Texts(SuiteKind suite)
    {
        var lines = evaluation.TestsOf(suite).Directions
            .SelectMany(direction => new KeyValuePair<string, IReadOnlyList<string>>[]
            {
                new(direction.Source, direction.SourceLines), new(direction.Target, direction.References),
            })
            .ToLookup(side => side.Key, side => side.Value);
        return lines.Select(language => new TestText(
            TestSets.NameOf(suite), LanguageRegistry.Find(language.Key),
            () => language.SelectMany(side => side).Distinct().Select(
                (text, i) => new TextLine(text, FormattableString.Invariant($"{language.Key}:{i + 1}")))));
    }
}
