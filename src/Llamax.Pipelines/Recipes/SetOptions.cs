using Llamax.Corpus.Building;
using Llamax.Corpus.Packing;
using Llamax.Runs;

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

    /// <summary>Tokens in a training block; the paper's is 512.</summary>
    public int BlockLength { get; init; } = 512;

    public IEnumerable<OptionProblem> Problems(string where)
    {
        if (InstructionsPerDirection < 0)
            yield return new($"{where}.instructionsPerDirection", InstructionsPerDirection, "must not be negative", "use 0 for none");
        if (AlpacaInstructions < 0)
            yield return new($"{where}.alpacaInstructions", AlpacaInstructions, "must not be negative", "use 0 for none");
        foreach (var problem in new PackingOptions { BlockLength = BlockLength }.Problems())
            yield return problem with { Option = $"{where}.{problem.Option}" };
        if (Algorithm.Seed != new TrainingSetOptions().Seed)
            yield return new($"{where}.algorithm.seed", Algorithm.Seed, "is not read", "set the recipe's seed");
        foreach (var problem in Algorithm.Problems())
            yield return problem with { Option = $"{where}.algorithm.{problem.Option}" };
        foreach (var problem in Pivot?.Problems($"{where}.pivot") ?? [])
            yield return problem;
        if (Pivot is not null && Algorithm is { KeepTranslated: false, Augmentation: not AugmentationBase.Parallel })
            yield return new($"{where}.pivot", "(given)", "translates what no entry is made of",
                "set algorithm.augmentation to parallel or algorithm.keepTranslated to true, or leave the pivot out");
        if (!Monolingual && !Parallel && InstructionsPerDirection == 0 && AlpacaInstructions == 0)
            yield return new(where, "(empty)", "holds nothing", "switch on monolingual, parallel or instructions");
    }
}
