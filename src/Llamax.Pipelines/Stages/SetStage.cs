using System.Globalization;
using Llamax.Corpus;
using Llamax.Corpus.Building;
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
    private readonly SetBuild _build = new(name, recipe, options, data);

    /// <summary>Directions with sentence pairs in the set, for the profile of a model trained on it.</summary>
    public IEnumerable<(Language Source, Language Target)> TrainedDirections => options.Parallel || options.InstructionsPerDirection > 0
        ? _build.Directions.Where(direction => options is { Parallel: true, Pivot: not null }
            || data.Parallel(direction.Source, direction.Target).Any())
        : [];

    /// <summary>The languages of the set.</summary>
    public IReadOnlyList<Language> Languages => _build.Languages;

    /// <summary>Held-out text of the kinds and languages of the set; null where there is none. The caller disposes it.</summary>
    public PackedCorpus? OpenDev() => File.Exists(DevIndex) ? PackedCorpus.Open(DevIndex) : null;

    private string DevIndex => Path.Combine(Folder, "dev", "blocks.index");

    /// <summary>The built training set.</summary>
    public string EntriesFile => Path.Combine(Folder, "built", SetBuild.FileName + ".parquet");

    /// <summary>The sets of a run have much text in common.</summary>
    private string Cache => PackedCorpusWriter.DefaultCache(Path.GetDirectoryName(Folder)!);

    public PackedCorpus OpenCorpus() => PackedCorpus.Open(Path.Combine(Folder, "packed", "blocks.index"));

    public override string Describe()
    {
        var kinds = new List<string>();
        if (options.Monolingual)
            kinds.Add("monolingual lines");
        if (options.Parallel)
            kinds.Add(options.Algorithm.Augmentation == AugmentationBase.Parallel
                ? "sentence pairs with code-switched copies" : "sentence pairs");
        if (options.InstructionsPerDirection > 0)
            kinds.Add("translation instructions");
        if (options.AlpacaInstructions > 0)
            kinds.Add("Alpaca instructions");
        if (options.Preferences.Count > 0)
            kinds.Add("preferences");
        kinds.AddRange(options.Tasks.Select(task => $"answers of {task.Kind}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", kinds)} of {Languages.Count} languages, in blocks of {options.BlockLength} tokens");
    }

    protected override IEnumerable<string> KeyParts() =>
    [
        RecipeWriter.Write(options), recipe.Evaluation.Prompt, data.Fingerprint, tokenizer.Key,
        recipe.Seed.ToString(CultureInfo.InvariantCulture), recipe.Watch.DevPairs.ToString(CultureInfo.InvariantCulture),
        options.Pivot is { } pivot ? RecipeTranslator.FingerprintOf(pivot, recipe.Threads) : "",
        options.AlpacaInstructions > 0 ? RunData.FingerprintOfFolder(Path.GetDirectoryName(InstructionEntries.AlpacaFile())!) : "",
        .. _build.Tuning.Fingerprints(),
    ];

    public override Manifest Run(StageContext context)
    {
        var built = _build.Write(Path.Combine(Folder, "built"), context.Events, context.Cancellation);
        var entries = TrainingSetFile.Read(Path.Combine(Folder, "built", built.File)).Until(context.Cancellation);
        var packed = new PackedCorpusWriter(tokenizer.Load(), _build.Packing, context.Events) { Seed = recipe.Seed, Cache = Cache }
            .Write(Path.Combine(Folder, "packed"), "blocks", entries);
        var dev = new DevPairs(recipe, data).Entries(options, Languages).Concat(_build.Tuning.HeldOut()).Until(context.Cancellation);
        if (dev.Any())
        {
            new PackedCorpusWriter(tokenizer.Load(), new PackingOptions { BlockLength = options.BlockLength }) { Cache = Cache }
                .Write(Path.Combine(Folder, "dev"), "blocks", dev);
        }

        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["blocks"] = packed.Blocks,
            ["tokens"] = packed.Tokens,
            ["lossTokens"] = packed.LossTokens,
            ["paddingShare"] = packed.PaddingShare,
        };
        foreach (var kind in built.Counts.GroupBy(c => c.Kind))
            counts[$"entries.{EntryKindNames.Of(kind.Key)}"] = kind.Sum(c => c.Entries);
        return new Manifest
        {
            Options = RecipeWriter.Write(options),
            Inputs = new Dictionary<string, string> { ["data"] = data.Fingerprint, ["tokenizer"] = packed.TokenizerFingerprint },
            Counts = counts,
        };
    }
}
