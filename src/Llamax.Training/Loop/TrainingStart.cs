using System.Globalization;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using Llamax.Training.Planning;
using Llamax.Training.Resuming;
using TorchSharp;

namespace Llamax.Training.Loop;

/// <summary>A run whose request was checked: model, corpus and options fit together, and what decides the result is known.</summary>
internal sealed class TrainingStart
{
    private readonly TrainingRun _run;

    /// <exception cref="RequestException">Something does not fit; nothing was written yet.</exception>
    public TrainingStart(TrainingRun run, IRunEvents events)
    {
        _run = run;
        OptionProblem.ThrowIfAny("training options", run.Options.Problems());
        OptionProblem.ThrowIfAny("objective", run.Objective?.Problems() ?? []);
        if ((run.InitialModel is null) == (run.Configuration is null))
            throw new RequestException("either an initial model or the configuration of a new one is needed", "training run");
        Configuration = run.Configuration ?? CausalConfig.FromJson(Path.Combine(run.InitialModel!, "config.json"));
        OptionProblem.ThrowIfAny("model configuration", Configuration.Problems());
        TrainedPart.Check(run.Options.Trained, Configuration.Layers);
        CheckCorpus();
        if (run.Ranks.Size > run.Options.MicroBatches)
        {
            throw new RequestException(
                $"{run.Ranks.Size} ranks cannot share {run.Options.MicroBatches} micro-batches a step", "training options",
                $"set microBatches to a multiple of {run.Ranks.Size} and blocksPerMicroBatch lower: the step stays the same");
        }

        if (run.Options.Metric is { } metric && !run.Probes.Any(probe => metric.StartsWith($"{probe.Name}/", StringComparison.Ordinal)))
        {
            throw new RequestException(
                $"nothing measures {metric}", "training options",
                $"name a value of {string.Join(" or ", run.Probes.Select(probe => probe.Name).DefaultIfEmpty("a validation, of which there is none"))}, "
                + "for example dev/loss");
        }

        CompanionFiles = Companions();
        WarnOfOtherTokenizer(events);
        Settings = new TrainingSettings
        {
            Options = run.Options,
            Objective = run.Objective,
            Start = run.InitialModel is { } folder ? Fingerprints.OfModel(folder) : Manifest.HashTexts(Configuration.ToJson()),
            Corpus = Fingerprints.Of(run.Corpus),
            Tokenizer = run.Corpus.TokenizerFingerprint,
            DataType = run.DataType.ToString().ToLowerInvariant(),
            Device = run.Device.type.ToString().ToLowerInvariant(),
            Probes = [.. run.Probes.Select(probe => probe.Name)],
        };
        Order = new DataOrder(run.Options, run.Corpus.Stages, run.Corpus.TokenCount);
        Schedule = run.Options.ScheduleFor(Order.Steps);
    }

    public CausalConfig Configuration { get; }

    public TrainingSettings Settings { get; }

    public DataOrder Order { get; }

    public Schedules.LearningRateSchedule Schedule { get; }

    /// <summary>Full paths of what is copied beside the weights.</summary>
    public IReadOnlyList<string> CompanionFiles { get; }

    /// <summary>The model before the first step; the caller disposes it.</summary>
    public CausalModel CreateModel()
    {
        if (_run.InitialModel is { } folder)
            return CausalModel.Load(folder, _run.DataType, _run.Device);
        var model = new CausalModel(Configuration, _run.DataType, _run.Device);
        model.Initialize(_run.Options.Seed);
        return model;
    }

    /// <summary>What a step minimises; DPO's reference scores are computed here where the folder has none. All ranks call it.</summary>
    public IObjective CreateObjective(CancellationToken cancellation)
    {
        if (_run.Objective is not { } options)
            return new NextTokenObjective();
        return new PreferenceObjective(options, options.Kind != PreferenceKind.Dpo ? null
            : ReferenceScores.Get(_run.Corpus, _run.Folder, _run.Ranks, Settings, CreateModel, cancellation));
    }

    /// <summary>What the run is expected to take on this machine.</summary>
    public TrainingPlan Plan()
    {
        var isHalf = _run.DataType != torch.ScalarType.Float32;
        return TrainingPlan.Of(
            Configuration, _run.Options, PlannedData.Of(_run.Options, _run.Corpus), isHalf, PlannedDevice.Here(_run.DataType, _run.Device), _run.Ranks.Size);
    }

    /// <summary>Copies what belongs beside the weights into a folder.</summary>
    public void WriteCompanions(string folder)
    {
        foreach (var file in CompanionFiles)
        {
            using var source = File.OpenRead(file);
            AtomicFile.Write(Path.Combine(folder, Path.GetFileName(file)), source.CopyTo);
        }
    }

    private void CheckCorpus()
    {
        var corpus = _run.Corpus;
        if (corpus.BlockCount == 0)
            throw new RequestException("the packed corpus has no block", "packed corpus", "pack at least one document");
        if (corpus.VocabularySize > Configuration.VocabularySize)
        {
            throw new RequestException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the corpus was packed with a tokenizer of {corpus.VocabularySize} ids, but the model has "
                    + $"{Configuration.VocabularySize} rows"),
                "packed corpus", "pack the corpus with the model's own tokenizer, or extend the model's vocabulary first");
        }

        if (corpus.BlockLength > Configuration.MaxPositions)
        {
            throw new RequestException(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"the blocks have {corpus.BlockLength} tokens, but the model was made for {Configuration.MaxPositions} positions"),
                "packed corpus", "pack shorter blocks");
        }
    }

    private List<string> Companions()
    {
        var files = _run.CompanionFiles.Select(Path.GetFullPath).ToList();
        if (_run.InitialModel is { } folder)
        {
            var found = Directory.EnumerateFiles(folder).Where(IsCompanion).Order(StringComparer.Ordinal);
            files.AddRange(found.Where(path => !files.Exists(SameName(path))));
        }

        if (files.Find(path => !File.Exists(path)) is { } missing)
            throw new RequestException("the file does not exist", missing, "name the tokenizer's files");
        return files;
    }

    private static bool IsCompanion(string path)
    {
        var name = Path.GetFileName(path);
        return name.StartsWith("tokenizer", StringComparison.Ordinal)
            || name is "special_tokens_map.json" or "added_tokens.json" or "vocab.json" or "merges.txt" or "generation_config.json"
                or "chat_template.jinja";
    }

    private static Predicate<string> SameName(string path) => other => Path.GetFileName(other) == Path.GetFileName(path);

    // Only a warning: the same vocabulary may be stored in several formats.
    private void WarnOfOtherTokenizer(IRunEvents events)
    {
        var vocabularies = CompanionFiles
            .Where(path => Path.GetFileName(path) is "tokenizer.model" or "tokenizer.json" or "vocab.json")
            .ToList();
        if (vocabularies.Count > 0 && !vocabularies.Exists(path => Manifest.HashFile(path) == _run.Corpus.TokenizerFingerprint))
        {
            var names = string.Join(", ", vocabularies.Select(Path.GetFileName));
            events.Warn(
                $"the corpus was packed with a tokenizer that is none of the model's files ({names}); "
                + "if their ids differ, the model will learn nonsense");
        }
    }
}
