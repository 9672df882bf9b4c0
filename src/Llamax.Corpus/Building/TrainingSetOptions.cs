using Llamax.Corpus.Augmentation;
using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>Algorithm 1 in its plain form, with the paper's numbers.</summary>
public sealed record TrainingSetOptions
{
    /// <summary>Seed of every draw.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// Algorithm 1 makes a training set per epoch: another number draws other directions, replacements and another order.
    /// </summary>
    public int Epoch { get; init; }

    /// <summary>Language pairs with fewer sentence pairs than this are replicated; 0 replicates none.</summary>
    public int ReplicateBelow { get; init; } = 25_000;

    /// <summary>How often a pair of a small language pair appears in all, each time with its own coin for the direction.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>Language pairs with fewer sentence pairs than this are augmented in both directions; 0 augments none.</summary>
    public int AugmentBelow { get; init; } = 25_000;

    public CodeSwitchOptions CodeSwitch { get; init; } = new();

    /// <summary>
    /// Consecutive monolingual lines that stay together in the shuffle, so that packing can make documents of them. 1 shuffles every line.
    /// </summary>
    public int LinesKeptTogether { get; init; } = 64;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Epoch < 0)
            yield return new("epoch", Epoch, "must not be negative", "use 0 for the first epoch");
        if (ReplicateBelow < 0)
            yield return new("replicateBelow", ReplicateBelow, "must not be negative",
                "use 25000, the paper's value, or 0 for no replication");
        if (Replicas < 1)
            yield return new("replicas", Replicas, "must be positive", "use 3, the paper's value");
        if (AugmentBelow < 0)
            yield return new("augmentBelow", AugmentBelow, "must not be negative",
                "use 25000, the paper's value, or 0 for no augmentation");
        if (LinesKeptTogether < 1)
            yield return new("linesKeptTogether", LinesKeptTogether, "must be positive", "use 64");
        foreach (var problem in CodeSwitch.Problems())
            yield return problem with { Option = "codeSwitch." + problem.Option };
    }
}
