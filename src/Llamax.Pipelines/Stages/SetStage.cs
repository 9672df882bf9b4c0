using System.Globalization;
using Llamax.Corpus;
using Llamax.Corpus.Building;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Packing;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Recipes;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Stages;

/// <summary>Builds a training set after Algorithm 1 and packs it into blocks.</summary>
internal sealed class SetStage(string name, string folder, Recipe recipe, SetOptions options, RunData data, TokenizerStage tokenizer)
    : Stage($"sets/{name}", folder)
{
    private const string FileName = "entries";

    private readonly TuningEntries _tuning = new(recipe, options);
    private readonly IReadOnlyList<Language> _languages = Recipe.Resolve(options.Languages, $"sets.{name}.languages", data.Languages);
    private readonly PackingOptions _packing = options.Packing(
        $"sets.{name}", Recipe.Resolve(options.Languages, $"sets.{name}.languages", data.Languages));

    /// <summary>Directions with sentence pairs in the set, for the profile of a model trained on it.</summary>
    public IEnumerable<(Language Source, Language Target)> TrainedDirections => options.Parallel || options.InstructionsPerDirection > 0
        ? Directions.Where(direction => data.Parallel(direction.Source, direction.Target).Any())
        : [];

    private IEnumerable<(Language Source, Language Target)> Directions =>
        from source in _languages
        from target in _languages
        where source != target && !data.IsUnseen(source, target)
        select (source, target);

    /// <summary>The languages of the set.</summary>
    public IReadOnlyList<Language> Languages => _languages;

    /// <summary>Held-out text of the kinds and languages of the set; null where there is none. The caller disposes it.</summary>
    public PackedCorpus? OpenDev() => File.Exists(DevIndex) ? PackedCorpus.Open(DevIndex) : null;

    private string DevIndex => Path.Combine(Folder, "dev", "blocks.index");

    /// <summary>The built training set.</summary>
    public string EntriesFile => Path.Combine(Folder, "built", FileName + ".parquet");

    /// <summary>The sets of a run have much text in common.</summary>
    private string Cache => PackedCorpusWriter.DefaultCache(Path.GetDirectoryName(Folder)!);

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
        if (options.Preferences.Count > 0)
            kinds.Add("preferences");
        kinds.AddRange(options.Tasks.Select(task => $"answers of {task.Kind}"));
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{string.Join(", ", kinds)} of {_languages.Count} languages, in blocks of {options.BlockLength} tokens");
    }

    protected override IEnumerable<string> KeyParts() =>
    [
        RecipeWriter.Write(options), recipe.Evaluation.Prompt, data.Fingerprint, tokenizer.Key,
        recipe.Seed.ToString(CultureInfo.InvariantCulture), recipe.Watch.DevPairs.ToString(CultureInfo.InvariantCulture),
        options.AlpacaInstructions > 0 ? RunData.FingerprintOfFolder(Path.GetDirectoryName(InstructionEntries.AlpacaFile())!) : "",
        .. _tuning.Fingerprints(),
    ];

    public override Manifest Run(StageContext context)
    {
        RequireText();
        var lexicon = options is { Parallel: true, Augment: true } ? data.Lexicon : MultilingualLexicon.Build([]);
        var algorithm = options.Algorithm with { Seed = recipe.Seed };
        if (!options.Augment)
            algorithm = algorithm with { AugmentBelow = 0 };
        var builder = new TrainingSetBuilder(algorithm, lexicon, context.Events);
        var built = builder.Write(Path.Combine(Folder, "built"), FileName, Sources(context.Cancellation));
        var entries = TrainingSetFile.Read(Path.Combine(Folder, "built", built.File)).Until(context.Cancellation);
        var packed = new PackedCorpusWriter(tokenizer.Load(), _packing, context.Events) { Seed = recipe.Seed, Cache = Cache }
            .Write(Path.Combine(Folder, "packed"), "blocks", entries);
        var dev = new DevPairs(recipe, data).Entries(options, _languages).Concat(_tuning.HeldOut()).Until(context.Cancellation);
        if (dev.Any())
        {
            new PackedCorpusWriter(tokenizer.Load(), new PackingOptions { BlockLength = options.BlockLength }) { Cache = Cache }
                .Write(Path.Combine(Folder, "dev"), "blocks", dev);
        }

        if (data.Malformed.Count > 0)
        {
            context.Events.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"malformed lines were left out ({data.Malformed.Count:N0} in {data.Malformed.ByFile.Count} files), for example "
                + $"{data.Malformed.Examples[0]}"));
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

    /// <summary>A language that gives nothing would be noticed only when nothing can be translated into it.</summary>
    private void RequireText()
    {
        var hasPairs = options.Parallel || options.InstructionsPerDirection > 0;
        if (!options.Monolingual && !hasPairs)
            return;
        foreach (var language in _languages)
        {
            if ((options.Monolingual && data.Monolingual(language).Any())
                || (hasPairs && _languages.Any(other => other != language && data.Parallel(language, other).Any())))
                continue;
            throw new RequestException(
                $"no source has text of {language.Name} for this set", $"sets.{name}.languages",
                $"add a source with {language.Code} to data.sources, or leave {language.Code} out");
        }
    }

    private TrainingSources Sources(CancellationToken cancellation) => new()
    {
        Monolingual = options.Monolingual
            ? [.. _languages.Select(l => new MonolingualSource(l.Code, data.Monolingual(l).Until(cancellation)))]
            : [],
        Parallel = options.Parallel ? [.. ParallelSources(cancellation)] : [],
        Ready = new InstructionEntries(recipe, options, data).Of(Directions).Concat(_tuning.Trained()).Until(cancellation),
    };

    private IEnumerable<ParallelSource> ParallelSources(CancellationToken cancellation)
    {
        foreach (var (source, target) in RunData.Pairs(_languages))
        {
            var pairs = data.Parallel(source, target).Until(cancellation);
            if (pairs.LongCount() is > 0 and var count)
                yield return new(source.Code, target.Code, count, pairs);
        }
    }
}
