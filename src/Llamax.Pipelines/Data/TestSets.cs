using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Reading;
using Llamax.Evaluation.Suites;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Data;

/// <summary>The directions and sentences of an evaluation.</summary>
internal static class TestSets
{
    /// <summary>The suite's directions between the languages that are scored, in the order of the recipe.</summary>
    /// <exception cref="RequestException">The suite has no sentences for any direction.</exception>
    public static TestSet Build(SuiteKind suite, Recipe recipe, RunData data)
    {
        var options = recipe.Evaluation;
        var languages = Languages(recipe, data);
        var flores = suite == SuiteKind.Flores101 ? FloresSuite.Open101(FloresFolder()) : null;
        var directions = new List<TestDirection>();
        foreach (var (source, target) in Chosen(languages, recipe, data))
        {
            var pairs = suite switch
            {
                SuiteKind.Builtin => data.BuiltInTest(source, target, options.SentencesPerDirection),
                SuiteKind.HeldOut => data.HeldOut(source, target, options.SentencesPerDirection),
                _ => Lines(flores!, source).Zip(Lines(flores!, target), (s, t) => new SentencePair(s, t, ""))
                    .Take(options.SentencesPerDirection),
            };
            var list = pairs.ToList();
            if (list.Count > 0)
            {
                directions.Add(new TestDirection(
                    source.Code,
                    target.Code,
                    [.. list.Select(p => p.Source)],
                    [.. list.Select(p => p.Target)],
                    !data.IsUnseen(source, target)));
            }
        }

        if (directions.Count == 0)
        {
            throw new RequestException(
                "there are no test sentences",
                $"evaluation.suites: {suite}",
                "hold some out with heldOutPerLanguagePair, or choose another suite");
        }

        return new TestSet(NameOf(suite), directions);
    }

    /// <summary>What decides the test set besides the recipe and the run's data; looks only for what may be missing.</summary>
    /// <exception cref="RequestException">The suite's files are missing, or a language is not one of the run's.</exception>
    public static string Fingerprint(SuiteKind suite, Recipe recipe, RunData data)
    {
        var languages = string.Join(' ', Languages(recipe, data));
        if (suite != SuiteKind.Flores101)
            return $"{suite} {languages}";
        var available = FloresSuite.Open101(FloresFolder()).Languages("devtest");
        if (Languages(recipe, data).FirstOrDefault(l => !available.Contains(l)) is { } missing)
        {
            throw new RequestException(
                $"Flores-101 has no devtest in {missing.Name}", FloresFolder(), $"leave {missing.Code} out of evaluation.languages");
        }

        return $"{suite} {languages} {RunData.FingerprintOfFolder(Path.Combine(FloresFolder(), "devtest"))}";
    }

    /// <summary>What reports call a suite.</summary>
    public static string NameOf(SuiteKind suite) => suite switch
    {
        SuiteKind.Builtin => "built-in test split",
        SuiteKind.Flores101 => "Flores-101 devtest",
        _ => "held-out sentence pairs",
    };

    private static IReadOnlyList<Language> Languages(Recipe recipe, RunData data) =>
        Recipe.Resolve(recipe.Evaluation.Languages, "evaluation.languages", data.Languages);

    private static string FloresFolder() => DataCatalogue.Default.Require("flores101");

    private static IReadOnlyList<string> Lines(FloresSuite flores, Language language) => flores.Sentences(language, "devtest");

    /// <summary>All directions with English, and of the others as many of each group as asked for, drawn by key.</summary>
    private static IEnumerable<(Language Source, Language Target)> Chosen(IReadOnlyList<Language> languages, Recipe recipe, RunData data)
    {
        var all = (from source in languages from target in languages where source != target select (source, target)).ToList();
        if (recipe.Evaluation.DirectionsPerGroup == 0)
            return all;
        var draws = new Draws(recipe.Seed, "evaluated directions");
        var order = draws.Permutation(all.Count).Select((index, rank) => (index, rank)).ToDictionary(x => x.index, x => x.rank);
        var kept = new HashSet<(Language, Language)>();
        var indexed = all.Select((direction, index) => (direction, index)).ToList();
        var groups = indexed.GroupBy(
            x => IsEnglish(x.direction) ? 0 : data.IsUnseen(x.direction.source, x.direction.target) ? 1 : 2);
        foreach (var group in groups)
        {
            var count = group.Key == 0 ? int.MaxValue : recipe.Evaluation.DirectionsPerGroup;
            kept.UnionWith(group.OrderBy(x => order[x.index]).Take(count).Select(x => x.direction));
        }

        return all.Where(kept.Contains);
    }

    private static bool IsEnglish((Language Source, Language Target) direction) =>
        direction.Source.Code == RunData.English || direction.Target.Code == RunData.English;
}
