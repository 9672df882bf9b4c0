using Llamax.Corpus.Building;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Packing;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Recipes;

/// <summary>A training set: which kinds of entries, of which languages, in blocks of which length.</summary>
public sealed record SetOptions
{
    /// <summary>Languages by any of their codes; empty = all of the run.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    /// <summary>Whether it holds monolingual text.</summary>
    public bool Monolingual { get; init; } = true;

    /// <summary>Whether it holds sentence pairs, source and target joined by a space.</summary>
    public bool Parallel { get; init; } = true;

    /// <summary>The numbers and choices of Algorithm 1.</summary>
    public TrainingSetOptions Algorithm { get; init; } = new();

    /// <summary>g of Algorithm 1, which fills up small language pairs; null = none.</summary>
    public PivotOptions? Pivot { get; init; }

    /// <summary>Translation instructions drawn from the sentence pairs, for each direction; 0 = none.</summary>
    public int InstructionsPerDirection { get; init; }

    /// <summary>Alpaca's English instructions from <c>$LLAMAX_DATA/alpaca</c>; 0 = none.</summary>
    public int AlpacaInstructions { get; init; }

    /// <summary>
    /// JSON lines of a question with a better and a worse answer, for a phase with an objective: see docs/tune.md. A set with preferences
    /// holds nothing else.
    /// </summary>
    public IReadOnlyList<string> Preferences { get; init; } = [];

    /// <summary>Examples of tasks, whose answers alone are learnt: see docs/tune.md.</summary>
    public IReadOnlyList<TaskOptions> Tasks { get; init; } = [];

    /// <summary>Questions of the set's preferences and tasks that are kept out of training, to watch the model by; 0 = none.</summary>
    public int HeldOutExamples { get; init; }

    /// <summary>Tokens in a training block; the paper's is 512.</summary>
    public int BlockLength { get; init; } = 512;

    /// <summary>How often each language and kind is seen, counted in entries; null = every entry once.</summary>
    public MixOptions? Mix { get; init; }

    /// <summary>How the set is packed.</summary>
    /// <param name="where">The set's place in the recipe.</param>
    /// <param name="languages">The set's languages.</param>
    /// <exception cref="RequestException">A limit is set for a language that is not one of them.</exception>
    internal PackingOptions Packing(string where, IReadOnlyList<Language> languages)
    {
        if (Mix is not { LanguageMaximumEpochs: { Count: > 0 } limits })
            return new() { BlockLength = BlockLength, Mix = Mix };
        var limited = Recipe.Resolve([.. limits.Keys], $"{where}.mix.languageMaximumEpochs", languages).Zip(limits.Values);
        return new()
        {
            BlockLength = BlockLength,
            Mix = Mix with { LanguageMaximumEpochs = limited.ToDictionary(limit => limit.First.Code, limit => limit.Second) },
        };
    }

    public IEnumerable<OptionProblem> Problems(string where)
    {
        if (InstructionsPerDirection < 0)
            yield return new($"{where}.instructionsPerDirection", InstructionsPerDirection, "must not be negative", "use 0 for none");
        if (AlpacaInstructions < 0)
            yield return new($"{where}.alpacaInstructions", AlpacaInstructions, "must not be negative", "use 0 for none");
        foreach (var problem in Tasks.SelectMany((task, i) => task.Problems($"{where}.tasks[{i}]")))
            yield return problem;
        if (HeldOutExamples < 0)
            yield return new($"{where}.heldOutExamples", HeldOutExamples, "must not be negative", "use 0 for none");
        if (Preferences.Count > 0 && (Monolingual || Parallel || InstructionsPerDirection > 0 || AlpacaInstructions > 0 || Tasks.Count > 0))
        {
            yield return new(
                $"{where}.preferences", Preferences.Count, "cannot stand beside other text",
                "set monolingual and parallel to false, and put instructions and tasks into a set of their own");
        }

        foreach (var problem in new PackingOptions { BlockLength = BlockLength, Mix = Mix }.Problems())
            yield return problem with { Option = $"{where}.{problem.Option}" };
        if (Mix is { Curriculum: not MixCurriculum.Mixed } && !(Monolingual && (Parallel || InstructionsPerDirection + AlpacaInstructions + Tasks.Count > 0)))
            yield return new(
                $"{where}.mix.curriculum", Mix.Curriculum, "needs monolingual text and entries of two languages",
                "switch both on in the set, or use mixed");
        if (Algorithm.Seed != new TrainingSetOptions().Seed)
            yield return new($"{where}.algorithm.seed", Algorithm.Seed, "is not read", "set the recipe's seed");
        foreach (var problem in Algorithm.Problems())
            yield return problem with { Option = $"{where}.algorithm.{problem.Option}" };
        foreach (var problem in Pivot?.Problems($"{where}.pivot") ?? [])
            yield return problem;
        if (Pivot is not null && Algorithm is { KeepTranslated: false, Augmentation: not AugmentationBase.Parallel })
            yield return new($"{where}.pivot", "(given)", "translates what no entry is made of",
                "set algorithm.augmentation to parallel or algorithm.keepTranslated to true, or leave the pivot out");
        if (!Monolingual && !Parallel && InstructionsPerDirection == 0 && AlpacaInstructions == 0
            && Preferences.Count == 0 && Tasks.Count == 0)
            yield return new(where, "(empty)", "holds nothing", "switch on monolingual, parallel, instructions, tasks or preferences");
    }
}
