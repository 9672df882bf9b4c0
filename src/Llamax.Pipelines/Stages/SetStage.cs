using System.Globalization;
using Llamax.Corpus.Building;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Packing;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs.Manifests;
using Llamax.Runs.Recipes;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Stages;

/// <summary>Builds a training set after Algorithm 1 and packs it into blocks.</summary>
internal sealed class SetStage(string name, string folder, Recipe recipe, SetOptions options, RunData data, TokenizerStage tokenizer)
    : Stage($"sets/{name}", folder)
{
    private const string FileName = "entries";

    private readonly IReadOnlyList<Language> _languages =
        options.Languages.Count == 0 ? data.Languages : Recipe.Resolve(options.Languages, $"sets.{name}.languages");

    /// <summary>Directions that the set has sentence pairs for: those that a model trained on it has seen.</summary>
    public IEnumerable<(Language Source, Language Target)> TrainedDirections() =>
        options.Parallel || options.InstructionsPerDirection > 0 ? Directions.Where(d => data.Parallel(d.Source, d.Target).Any()) : [];

    public PackedCorpus OpenCorpus() => PackedCorpus.Open(Path.Combine(Folder, "packed", "blocks.index"));

    public override string Describe()
    {
        var kinds = new List<string>();
        if (options.Monolingual)
            kinds.Add("monolingual lines");
        if (options.Parallel)
            kinds.Add(options.Augment ? "sentence pairs with code-switched copies" : "sentence pairs");
        if (options.InstructionsPerDirection > 0)
            kinds.Add("translation instructions");
        if (options.AlpacaInstructions > 0)
            kinds.Add("Alpaca instructions");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", kinds)} of {_languages.Count} languages, in blocks of {options.BlockLength} tokens");
    }

    protected override IEnumerable<string> KeyParts() =>
    [
        RecipeWriter.Write(options), RecipeWriter.Write(recipe.Data), recipe.Evaluation.Prompt, string.Join(' ', _languages),
        data.Fingerprint, tokenizer.Key, recipe.Seed.ToString(CultureInfo.InvariantCulture),
    ];

    public override Manifest Run(StageContext context)
    {
        var lexicon = options is { Parallel: true, Augment: true } ? data.Lexicon : MultilingualLexicon.Build([]);
        var algorithm = options.Algorithm with { Seed = recipe.Seed };
        if (!options.Augment)
            algorithm = algorithm with { AugmentBelow = 0 };
        var builder = new TrainingSetBuilder(algorithm, lexicon, context.Events);
        var built = builder.Write(Path.Combine(Folder, "built"), FileName, Sources(context.Cancellation));
        var entries = Watched(TrainingSetFile.Read(Path.Combine(Folder, "built", built.File)), context.Cancellation);
        var packed = new PackedCorpusWriter(tokenizer.Load(), new PackingOptions { BlockLength = options.BlockLength }, context.Events)
            .Write(Path.Combine(Folder, "packed"), "blocks", entries);
        if (data.Malformed.Count > 0)
        {
            context.Events.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"{data.Malformed.Count:N0} malformed lines were left out, for example {data.Malformed.Examples[0]}"));
        }

        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["blocks"] = packed.Blocks,
            ["tokens"] = packed.Tokens,
            ["lossTokens"] = packed.LossTokens,
            ["paddingShare"] = packed.PaddingShare,
        };
        foreach (var kind in built.Counts.GroupBy(c => c.Kind))
            counts[$"entries.{kind.Key}"] = kind.Sum(c => c.Entries);
        return new Manifest
        {
            Options = RecipeWriter.Write(options),
            Inputs = new Dictionary<string, string> { ["data"] = data.Fingerprint, ["tokenizer"] = packed.TokenizerFingerprint },
            Counts = counts,
        };
    }

    private TrainingSources Sources(CancellationToken cancellation) => new()
    {
        Monolingual = options.Monolingual
            ? [.. _languages.Select(l => new MonolingualSource(l.Code, Watched(data.Monolingual(l), cancellation)))]
            : [],
        Parallel = options.Parallel ? [.. ParallelSources(cancellation)] : [],
        Ready = new InstructionEntries(recipe, options, data).Of(Directions),
    };

    private IEnumerable<ParallelSource> ParallelSources(CancellationToken cancellation)
    {
        foreach (var (source, target) in RunData.Pairs(_languages))
        {
            long count = 0;
            foreach (var _ in data.Parallel(source, target))
                count++;
            if (count > 0)
                yield return new(source.Code, target.Code, count, Watched(data.Parallel(source, target), cancellation));
        }
    }

    private IEnumerable<(Language Source, Language Target)> Directions =>
        from source in _languages
        from target in _languages
        where source != target && !data.IsUnseen(source, target)
        select (source, target);

    private static IEnumerable<T> Watched<T>(IEnumerable<T> items, CancellationToken cancellation)
    {
        foreach (var item in items)
        {
            cancellation.ThrowIfCancellationRequested();
            yield return item;
        }
    }
}
