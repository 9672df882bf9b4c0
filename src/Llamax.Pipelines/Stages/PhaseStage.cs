using System.Globalization;
using Llamax.Corpus.Packing;
using Llamax.Decoding.Prompts;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;
using Llamax.Training.Loop;
using Llamax.Training.Resuming;
using TorchSharp;

namespace Llamax.Pipelines.Stages;

/// <summary>One training phase; its <c>model/</c> is a Hugging Face folder with the tokenizer and how to translate with it.</summary>
internal sealed class PhaseStage(
    string name, string folder, Recipe recipe, PhaseOptions options, PhaseStage? from, SetStage set, TokenizerStage tokenizer, RunData data)
    : Stage($"phases/{name}", folder)
{
    public string Title { get; } = options.Title.Length > 0 ? options.Title : name;

    public string ModelFolder => Path.Combine(Folder, "model");

    public string LogFile => Path.Combine(Folder, "log.jsonl");

    private TrainingOptions Training => options.Training with { Threads = recipe.Threads, Seed = recipe.Seed };

    public override bool IsShared => true;

    public override string Describe()
    {
        var length = options.Training.Steps is { } steps ? $"{steps:N0} steps"
            : options.Training.TokenBudget is { } tokens ? $"{tokens:N0} tokens"
            : string.Create(CultureInfo.InvariantCulture, $"{options.Training.Epochs ?? 1:0.##} epochs");
        var blocks = options.Training.BlocksPerMicroBatch * options.Training.MicroBatches;
        var start = from is not null ? $"from {from.Name}" : recipe.Model.Path is { } path ? $"from {path}" : "from random weights";
        var objective = options.Objective is { } kind ? $", by {kind.Kind.ToString().ToLowerInvariant()}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{length} of {blocks} blocks on {set.Name}, {start}{objective}");
    }

    protected override IEnumerable<string> KeyParts() =>
    [
        RecipeWriter.Write(Training), RecipeWriter.Write(recipe.Model), recipe.Device, recipe.DataType.ToString(), set.Key,
        from?.Key ?? Start, recipe.Evaluation.Prompt, RecipeWriter.Write(recipe.Watch),
        options.Objective is { } objective ? RecipeWriter.Write(objective) : "",
    ];

    private string Start => field ??= recipe.Model.Path is not { } path ? "random weights"
        : File.Exists(Path.Combine(path, "config.json")) ? Fingerprints.OfModel(path)
        : throw new RequestException("there is no config.json in it", path, "name a Hugging Face folder with model.path");

    public override Manifest Run(StageContext context)
    {
        // It stands beside the weights of each checkpoint, so that one can translate with it.
        if (context.Ranks.Rank == 0)
            Profile().Save(Folder);
        context.Ranks.Exchange([], patience: null);
        var initial = from?.ModelFolder ?? recipe.Model.Path;
        var loaded = tokenizer.Load();
        using var corpus = set.OpenCorpus();
        using var dev = set.OpenDev();
        var run = new TrainingRun
        {
            Folder = Folder,
            Corpus = corpus,
            Options = Training,
            Objective = options.Objective,
            InitialModel = initial,
            Configuration = initial is null ? recipe.Model.Configure(loaded.VocabularySize, loaded.BosId, loaded.EosId) : null,
            CompanionFiles = [.. tokenizer.Files, Path.Combine(Folder, TranslationProfile.FileName)],
            DataType = recipe.DataType == WeightType.Bf16 ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32,
            Device = RecipeRun.DeviceOf(recipe),
            Probes = [.. Probes(dev, loaded)],
            Ranks = context.Ranks,
        };
        var result = new Trainer(run, new NamedEvents(context.Events, Name)).Train(context.Cancellation);
        var counts = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["steps"] = result.Steps,
            ["tokens"] = result.Tokens,
            ["lossTokens"] = result.LossTokens,
        };
        if (result.LastLoss is { } loss)
            counts["lastLoss"] = loss;
        return new Manifest
        {
            Options = RecipeWriter.Write(Training),
            Inputs = new Dictionary<string, string> { [set.Name] = set.Key, ["start"] = from?.Key ?? Start },
            Counts = counts,
        };
    }

    private IEnumerable<IValidationProbe> Probes(PackedCorpus? dev, ITokenizer loaded)
    {
        if (dev is not null)
            yield return options.Objective is null ? new DevLossProbe("dev", dev) : new DevPreferenceProbe("dev", dev);
        var sentences = Sentences();
        if (sentences.Count > 0)
            yield return new SamplesProbe(Folder, loaded, Profile(), sentences, recipe.Watch.SampleTokens);
    }

    /// <summary>One sentence of each of a few directions, into as many languages as there can be.</summary>
    private List<SampleSentence> Sentences()
    {
        if (recipe.Watch.Samples == 0)
            return [];
        var order = new Draws(recipe.Seed, "watched samples").Permutation(set.Languages.Count);
        var rank = set.Languages.Select((language, i) => (language, Rank: Array.IndexOf(order, i))).ToDictionary(x => x.language, x => x.Rank);
        return [.. new DevPairs(recipe, data).Of(set.Languages)
            .DistinctBy(one => (one.Source, one.Target)).OrderBy(one => rank[one.Target]).DistinctBy(one => one.Target)
            .Take(recipe.Watch.Samples)
            .Select(one => new SampleSentence(one.Source.Code, one.Target.Code, one.Pair.Source.Trim(), one.Pair.Target.Trim()))];
    }

    private TranslationProfile Profile() => new()
    {
        Template = PromptTemplate.Find(recipe.Evaluation.Prompt),
        Languages = data.Languages.ToDictionary(l => l.Code, l => l.PromptName),
        Directions = Directions(),
    };

    /// <summary>Source code → target codes; empty (unknown) where a model from elsewhere may have learnt others before.</summary>
    private Dictionary<string, IReadOnlyList<string>> Directions()
    {
        var trained = recipe.Model.Path is null ? Trained.ToHashSet() : [];
        return data.Languages.Where(source => trained.Any(d => d.Source == source)).ToDictionary(
            source => source.Code,
            IReadOnlyList<string> (source) =>
                [.. data.Languages.Where(target => trained.Contains((source, target))).Select(target => target.Code)]);
    }

    private IEnumerable<(Language Source, Language Target)> Trained => (from?.Trained ?? []).Concat(set.TrainedDirections);
}
