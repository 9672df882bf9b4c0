using Llamax.Corpus.Building;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Corpus.Statistics;
using Llamax.Pipelines.Recipes;
using Llamax.Pipelines.Stages;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Pipelines.Data;

/// <summary>What is to be counted.</summary>
public sealed record StatisticsRequest
{
    /// <summary>One recipe, or any number of built sets and corpora as <see cref="CorpusSpec.Parse"/> reads them.</summary>
    public required IReadOnlyList<string> Inputs { get; init; }

    /// <summary>The recipe's set; null = its first.</summary>
    public string? Set { get; init; }

    /// <summary>A run folder of the recipe, whose built set is counted; null, or not built yet = what the set would be built from.</summary>
    public string? Run { get; init; }

    /// <summary>As <c>a.b=c</c>: values of the recipe, or without one of the mix.</summary>
    public IReadOnlyList<string> Assignments { get; init; } = [];

    /// <summary>Language of the source; null = as the file's name says.</summary>
    public string? From { get; init; }

    /// <summary>Language of the target; null = as the file's name says.</summary>
    public string? To { get; init; }

    /// <summary>Language of text that has no translation; null = pairs.</summary>
    public string? Language { get; init; }

    /// <summary>A tokenizer file; null = tokens are not counted.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Reports or rejected lines of cleaning, besides the reports that lie beside the corpora.</summary>
    public IReadOnlyList<string> Rejected { get; init; } = [];

    /// <summary>Whether the mix is planned, too.</summary>
    public bool Mix { get; init; }
}

/// <summary>Counts what a recipe's set, built sets or corpora hold, and plans the mix.</summary>
public static class CorpusStatisticsRun
{
    /// <exception cref="RequestException">An input is missing or wrong, or the mix does not fit it.</exception>
    public static CorpusStatistics Run(StatisticsRequest request, IRunEvents events, CancellationToken cancellation)
    {
        var tokenizer = request.Tokenizer is { } file ? TokenizerFile.Load(file) : null;
        var rejected = request.Rejected.Select(RemovedReport.Read).ToList();
        var input = request.Inputs.Any(IsRecipe) ? OfRecipe(request) : OfFiles(request, rejected);
        var statistics = new CorpusSurvey(tokenizer, events).Run(input.Items.Until(cancellation));
        if (statistics.Items == 0)
            throw new RequestException("there is nothing to count", string.Join(", ", request.Inputs), "give a corpus with text");
        return statistics with
        {
            Malformed = input.Malformed.Count,
            MalformedExamples = input.Malformed.Examples,
            Removed = RemovedReport.Sum(rejected),
            Mix = request.Mix ? MixPlanner.Plan(input.MixSources(statistics), input.Mix) : null,
        };
    }

    private static bool IsRecipe(string input) => Path.GetExtension(input) is ".yaml" or ".yml";

    private static Input OfRecipe(StatisticsRequest request)
    {
        if (request.Inputs is not [var path])
            throw new RequestException("a recipe and other inputs", string.Join(", ", request.Inputs), "give one recipe, or corpora");
        var recipe = RecipeFiles.BindSets(RecipeFile.Read(path), request.Assignments);
        var name = request.Set ?? recipe.Sets.Keys.FirstOrDefault() ?? "";
        if (!recipe.Sets.TryGetValue(name, out var set))
            throw new RequestException(
                $"there is no set \"{name}\"", path, $"the sets are {string.Join(", ", recipe.Sets.Keys.DefaultIfEmpty("none"))}");
        var build = new SetBuild(recipe, name);
        var mix = build.Packing.Mix ?? new();
        var built = request.Run is { } run ? Path.Combine(run, "sets", name, "built", SetBuild.FileName + ".parquet") : null;
        if (File.Exists(built))
            return new(TrainingSetFile.Read(built).Select(CorpusItem.Of), build.Malformed, mix, statistics => statistics.MixSources);
        var sources = build.Sources(CancellationToken.None);
        return new(
            Unbuilt(sources), build.Malformed, mix,
            statistics => ExpectedEntries.Of(
                statistics.Directions, set.Algorithm,
                set.Pivot is null ? [] : [.. sources.Parallel.Select(pair => (pair.Source, pair.Target))]));
    }

    private static IEnumerable<CorpusItem> Unbuilt(TrainingSources sources) =>
        sources.Monolingual.SelectMany(source => source.Lines.Select(line => CorpusItem.Of(line, source.Language)))
            .Concat(sources.Parallel.SelectMany(source => source.Pairs.Select(pair => CorpusItem.Of(pair, source.Source, source.Target))))
            .Concat(sources.Ready.Select(CorpusItem.Of));

    private static Input OfFiles(StatisticsRequest request, List<IReadOnlyList<RemovedReason>> rejected)
    {
        var malformed = new MalformedLines();
        List<IEnumerable<CorpusItem>> items = [];
        foreach (var spec in request.Inputs)
        {
            if (BuiltSets.IsOne(spec))
            {
                items.Add(TrainingSetFile.Read(spec).Select(CorpusItem.Of));
                continue;
            }

            foreach (var file in StepInput.OpenAll(spec, request.Language is null))
            {
                items.Add(Items(request, file, malformed));
                if (file.Files is [var first, ..] && RemovedReport.Beside(first) is { } report)
                    rejected.Add(RemovedReport.Read(report));
            }
        }

        var options = RecipeFile.Parse("mix", "{}");
        foreach (var assignment in request.Assignments)
            options.Set(assignment);
        return new(
            items.SelectMany(one => one), malformed, RecipeBinder.Bind<MixOptions>(options, "docs/mix.md lists every key"),
            statistics => statistics.MixSources);
    }

    private static IEnumerable<CorpusItem> Items(StatisticsRequest request, StepInput file, MalformedLines malformed)
    {
        if (request.Language is { } code)
        {
            var language = LanguageRegistry.Find(code).Code;
            return file.Read(malformed).Select(line => CorpusItem.Of(new TextLine(line.Source, line.Origin), language, file.Name));
        }

        var (source, target) = Direction(request, file);
        return file.Read(malformed).Select(pair => CorpusItem.Of(pair, source, target, file.Name));
    }

    /// <summary>As <c>--from</c> and <c>--to</c> say, or the ends of two files' names, or <c>en-ha</c> in a file's name.</summary>
    private static (string Source, string Target) Direction(StatisticsRequest request, StepInput file)
    {
        if (request is { From: { } from, To: { } to })
            return (LanguageRegistry.Find(from).Code, LanguageRegistry.Find(to).Code);
        var names = file.Files.Select(path => Path.GetFileName(path).Split('.').Where(part => part is not ("gz" or "zst")).ToList()).ToList();
        if (names is [[.., var left], [.., var right]] && Find(left, right) is { } sides)
            return sides;
        foreach (var part in names.Take(1).SelectMany(name => name))
            for (var dash = part.IndexOf('-', StringComparison.Ordinal); dash > 0; dash = part.IndexOf('-', dash + 1))
                if (Find(part[..dash], part[(dash + 1)..]) is { } pair)
                    return pair;
        throw new RequestException("nothing says which languages these are", file.Name, "name them with --from and --to, or --lang for text");

        static (string Source, string Target)? Find(string one, string other) =>
            LanguageRegistry.TryFind(one, out var source) && LanguageRegistry.TryFind(other, out var target) ? (source.Code, target.Code) : null;
    }

    /// <summary>What is counted, and what a mix is planned from.</summary>
    private sealed record Input(
        IEnumerable<CorpusItem> Items, MalformedLines Malformed, MixOptions Mix, Func<CorpusStatistics, IReadOnlyList<MixSource>> MixSources);
}
