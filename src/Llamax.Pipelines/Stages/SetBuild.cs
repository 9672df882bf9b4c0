using System.Globalization;
using Llamax.Corpus.Building;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Packing;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Stages;

/// <summary>Algorithm 1 for a set of a recipe, whole or in shards: what <c>llamax run</c> and <c>llamax corpus build</c> do.</summary>
public sealed class SetBuild
{
    /// <summary>The built set without its ending.</summary>
    internal const string FileName = "entries";

    private readonly string _name;
    private readonly Recipe _recipe;
    private readonly SetOptions _options;
    private readonly RunData _data;

    /// <param name="recipe">Known to be sound, its phases apart.</param>
    /// <param name="set">The name of one of its sets.</param>
    /// <exception cref="RequestException">There is no such set, or a source or lexicon is missing.</exception>
    public SetBuild(Recipe recipe, string set)
        : this(set, recipe, recipe.Sets.TryGetValue(set, out var options) ? options : throw new RequestException(
            $"the recipe has no set \"{set}\"", "--set", $"its sets are {string.Join(", ", recipe.Sets.Keys)}"), new RunData(recipe))
    {
    }

    internal SetBuild(string name, Recipe recipe, SetOptions options, RunData data)
    {
        (_name, _recipe, _options, _data) = (name, recipe, options, data);
        Languages = Recipe.Resolve(options.Languages, $"sets.{name}.languages", data.Languages);
        (Tuning, Packing) = (new(recipe, options), options.Packing($"sets.{name}", Languages));
    }

    /// <summary>The languages of the set.</summary>
    internal IReadOnlyList<Language> Languages { get; }

    /// <summary>What the set takes from files of preferences and tasks.</summary>
    internal TuningEntries Tuning { get; }

    /// <summary>How the set is packed.</summary>
    internal PackingOptions Packing { get; }

    /// <summary>Lines that readers could not use.</summary>
    internal MalformedLines Malformed => _data.Malformed;

    /// <summary>Every direction that training may see.</summary>
    internal IEnumerable<(Language Source, Language Target)> Directions =>
        from source in Languages
        from target in Languages
        where source != target && !_data.IsUnseen(source, target)
        select (source, target);

    /// <summary>Writes <c>entries.parquet</c> and its manifest to a folder; killed, the same call goes on and ends with the same bytes.</summary>
    /// <exception cref="RequestException">A language has no data, the lexicon covers none, g cannot translate, or a file is wrong.</exception>
    public TrainingSetManifest Write(string folder, IRunEvents events, CancellationToken cancellation) =>
        Run(folder, "", events, (builder, sources) => builder.Write(folder, FileName, sources, cancellation), cancellation);

    /// <summary>Translates the shard's part of what the set lacks.</summary>
    /// <exception cref="RequestException">As <see cref="Write"/>.</exception>
    public void Translate(string folder, Shard shard, IRunEvents events, CancellationToken cancellation) =>
        Run(folder, $"-{shard}", events, (builder, sources) =>
        {
            builder.Translate(folder, sources, shard, cancellation);
            return true;
        }, cancellation);

    /// <summary>Builds the shard's languages and language pairs.</summary>
    /// <exception cref="RequestException">As <see cref="Write"/>; or g has translated too little yet.</exception>
    public void WriteShard(string folder, Shard shard, IRunEvents events, CancellationToken cancellation) =>
        Run(folder, $"-{shard}", events, (builder, sources) =>
        {
            builder.WriteShard(folder, FileName, sources, shard);
            return true;
        }, cancellation);

    /// <summary>Puts the shards together: the bytes of <see cref="Write"/>.</summary>
    /// <exception cref="RequestException">A shard is missing, damaged, or was made of other data.</exception>
    public TrainingSetManifest Merge(string folder, int shards, IRunEvents events, CancellationToken cancellation) =>
        Run(folder, "", events, (builder, sources) => builder.Merge(folder, FileName, sources, shards), cancellation);

    private T Run<T>(
        string folder, string shard, IRunEvents events, Func<TrainingSetBuilder, TrainingSources, T> run, CancellationToken cancellation)
    {
        CheckData();
        var algorithm = _options.Algorithm with { Seed = _recipe.Seed };
        using var translator = _options is { Parallel: true, Pivot: { } pivot }
            ? new RecipeTranslator(pivot, _recipe.Threads, Path.Combine(folder, "g", $"journal{shard}"), events)
            : null;
        var result = run(new TrainingSetBuilder(algorithm, Lexicon(algorithm), events, translator), Sources(cancellation));
        translator?.Finish();
        if (_data.Malformed.Count > 0)
            events.Warn(string.Create(
                CultureInfo.InvariantCulture,
                $"malformed lines were left out ({_data.Malformed.Count:N0} in {_data.Malformed.ByFile.Count} files), for example "
                + $"{_data.Malformed.Examples[0]}"));
        return result;
    }

    private void CheckData()
    {
        // A language that gives nothing would be noticed only when nothing can be translated into it.
        var hasPairs = _options.Parallel || _options.InstructionsPerDirection > 0;
        if ((!_options.Monolingual && !hasPairs) || _options is { Parallel: true, Pivot: not null })
            return;
        foreach (var language in Languages)
        {
            if ((_options.Monolingual && _data.Monolingual(language).Any())
                || (hasPairs && Languages.Any(other => other != language && _data.Parallel(language, other).Any())))
                continue;
            throw new RequestException(
                $"no source has text of {language.Name} for this set", $"sets.{_name}.languages",
                $"add a source with {language.Code} to data.sources, or leave {language.Code} out");
        }
    }

    private MultilingualLexicon Lexicon(TrainingSetOptions algorithm)
    {
        if (algorithm.Augmentation == AugmentationBase.None || (!_options.Parallel && algorithm.Augmentation == AugmentationBase.Parallel))
            return MultilingualLexicon.Build([]);
        var lexicon = _data.Lexicon;
        return _recipe.Data.Lexicons.Count == 0 || Languages.Any(language => lexicon.EntityCounts.GetValueOrDefault(language.Code) > 0)
            ? lexicon
            : throw new RequestException(
                $"the lexicon has no word of the set's languages ({string.Join(' ', Languages.Select(language => language.Code))})",
                $"data.lexicons, {string.Join(", ", _recipe.Data.Lexicons)}",
                "name a lexicon that covers them, or set the set's algorithm.augmentation to none");
    }

    /// <summary>What the set is built from, streamed.</summary>
    internal TrainingSources Sources(CancellationToken cancellation) => new()
    {
        Monolingual = _options.Monolingual
            ? [.. Languages.Select(l => new MonolingualSource(l.Code, _data.Monolingual(l).Until(cancellation)))]
            : [],
        Parallel = _options.Parallel
            ? [.. RunData.Pairs(Languages).Where(pair => !_data.IsUnseen(pair.Source, pair.Target)).Select(pair => new ParallelSource(
                pair.Source.Code, pair.Target.Code, _data.Parallel(pair.Source, pair.Target).Until(cancellation)))]
            : [],
        Ready = new InstructionEntries(_recipe, _options, _data).Of(Directions).Concat(Tuning.Trained()).Until(cancellation),
        English = _options.Pivot is null ? [] : _data.Monolingual(LanguageRegistry.Find(RunData.English)).Until(cancellation),
        HeldOut = _options.Pivot is null ? [] : _data.HeldOutSentences,
        Fingerprint = Manifest.HashTexts(RecipeWriter.Write(_options), _data.Fingerprint, _recipe.Evaluation.Prompt, string.Join(' ', Tuning.Fingerprints())),
    };
}
