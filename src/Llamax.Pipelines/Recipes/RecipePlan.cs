using System.Globalization;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Text.Tokenization;
using Llamax.Training.Loop;
using Llamax.Training.Planning;

namespace Llamax.Pipelines.Recipes;

/// <summary>What the training phases of a recipe will take, computed from the recipe alone: no data is read.</summary>
public sealed class RecipePlan
{
    private readonly Recipe _recipe;
    private readonly string? _folder;
    private readonly List<string> _assumptions = [];

    /// <param name="recipe">Known to be sound.</param>
    /// <param name="folder">A folder of the run, whose packed sets are counted where they are there already; null = none.</param>
    /// <param name="device">On what each process trains.</param>
    /// <param name="ranks">Processes.</param>
    /// <exception cref="RequestException">A phase's length is not known, or the ranks cannot share a step.</exception>
    public RecipePlan(Recipe recipe, string? folder, PlannedDevice device, int ranks)
    {
        ArgumentNullException.ThrowIfNull(recipe);
        ArgumentNullException.ThrowIfNull(device);
        (_recipe, _folder) = (recipe, folder);
        var config = Model();
        OptionProblem.ThrowIfAny("the planned model", config.Problems());
        Phases = recipe.Phases.Where(phase => !phase.Value.CompareOnly).Select(phase => new PhasePlan(phase.Key, TrainingPlan.Of(
            config, Shared(phase.Key, phase.Value.Training, ranks), Data(phase.Key, phase.Value), recipe.DataType == WeightType.Bf16, device,
            ranks))).ToList();
        Assume(string.Create(
            CultureInfo.InvariantCulture,
            $"a step reaches {100 * device.Utilization:0} % of the {device.PeakFlops / 1e12:0.###} TFLOP/s of {device.Name}"));
        if (ranks > 1)
            Assume("what the processes say to each other costs no time of its own");
    }

    /// <summary>In their order.</summary>
    public IReadOnlyList<PhasePlan> Phases { get; }

    /// <summary>What the numbers rest on, a sentence each.</summary>
    public IReadOnlyList<string> Assumptions => _assumptions;

    private CausalConfig Model()
    {
        if (_recipe.Model.Path is { } path && Directory.Exists(path))
            return CausalConfig.Read(path);
        if (_recipe.Model.Path is { } missing)
            Assume($"{missing} is not here: the sizes are those of the recipe");
        var pieces = _recipe.Tokenizer.Path is { } tokenizer && (File.Exists(tokenizer) || Directory.Exists(tokenizer))
            ? TokenizerFile.Load(tokenizer).VocabularySize
            : _recipe.Tokenizer.VocabularySize;
        return _recipe.Model.Configure(pieces, null, null);
    }

    private static TrainingOptions Shared(string name, TrainingOptions options, int ranks) => options.MicroBatches >= ranks
        ? options
        : throw new RequestException(
            $"{ranks} ranks cannot share {options.MicroBatches} micro-batches a step", $"phases.{name}.training",
            $"set microBatches to a multiple of {ranks} and blocksPerMicroBatch lower: the step stays the same");

    private PlannedData Data(string name, PhaseOptions phase)
    {
        var (options, length) = (phase.Training, _recipe.Sets[phase.Set].BlockLength);
        var index = _folder is null ? null : Path.Combine(_folder, "sets", phase.Set, "packed", "blocks.index");
        if (File.Exists(index))
        {
            using var corpus = PackedCorpus.Open(index);
            return PlannedData.Of(options, corpus);
        }

        var blocks = (long)options.BlocksPerMicroBatch * options.MicroBatches;
        if (options.Steps is { } steps)
        {
            Assume("blocks are full: padding is counted as tokens");
            return new(length, steps * blocks * length, steps);
        }

        if (options.TokenBudget is { } tokens)
            return new(length, tokens, (tokens + (blocks * length) - 1) / (blocks * length));
        throw new RequestException(
            string.Create(
                CultureInfo.InvariantCulture, $"nobody knows how long {options.Epochs ?? 1:0.##} epochs are before the set is packed"),
            $"phases.{name}.training",
            $"give a number of tokens, for example --set phases.{name}.training.tokenBudget=1000000000, or name a run folder with --out");
    }

    private void Assume(string sentence)
    {
        if (!_assumptions.Contains(sentence))
            _assumptions.Add(sentence);
    }
}

/// <summary>The plan of one phase.</summary>
public sealed record PhasePlan(string Name, TrainingPlan Plan);
