using Llamax.Corpus.Augmentation;
using Llamax.Runs;

namespace Llamax.Corpus.Building;

/// <summary>How a sentence pair becomes text (appendix G).</summary>
public enum ParallelFormat
{
    /// <summary>Source and target in one entry, joined by a space: the paper's choice.</summary>
    Connected,

    /// <summary>Each side an entry of its own, as of two monolingual corpora, shuffled apart.</summary>
    Split,
}

/// <summary>What code-switched entries are made of (§2.1 step 2, §3.2).</summary>
public enum AugmentationBase
{
    /// <summary>Sentence pairs: "the data augmentation is merely based on parallel data during continual pretraining".</summary>
    Parallel,

    /// <summary>Monolingual lines and their code-switched form, loss on both.</summary>
    Monolingual,

    None,
}

/// <summary>Algorithm 1 with the paper's numbers.</summary>
public sealed record TrainingSetOptions
{
    /// <summary>Seed of every draw.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>
    /// The first epoch. Algorithm 1 makes a training set per epoch: another number draws other directions, replacements and another order
    /// of the same sentences.
    /// </summary>
    public int Epoch { get; init; }

    /// <summary>How many epochs follow one another in the file, each drawn anew.</summary>
    public int Epochs { get; init; } = 1;

    public ParallelFormat Format { get; init; } = ParallelFormat.Connected;

    public AugmentationBase Augmentation { get; init; } = AugmentationBase.Parallel;

    /// <summary>Most monolingual lines of a language, drawn by key: Algorithm 1's s-specific monolingual subset. Null = all.</summary>
    public int? MonolingualPerLanguage { get; init; }

    /// <summary>Most sentence pairs of a language pair, drawn by key: Algorithm 1's s-centric parallel subset. Null = all.</summary>
    public int? PairsPerLanguagePair { get; init; }

    /// <summary>Language pairs with fewer sentence pairs than this are replicated; 0 replicates none.</summary>
    public int ReplicateBelow { get; init; } = 25_000;

    /// <summary>How often a pair of a small language pair appears in all, each time with its own coin for the direction.</summary>
    public int Replicas { get; init; } = 3;

    /// <summary>
    /// Language pairs with fewer sentence pairs than this are augmented in both directions, with what g translates up to this number; 0
    /// augments none.
    /// </summary>
    public int AugmentBelow { get; init; } = 25_000;

    /// <summary>
    /// Whether the pairs that g made are entries themselves (of kind pivot), besides the code-switched ones made of them. By the paper,
    /// D_train = D_mono ∪ D_para ∪ D_aug holds them code-switched only.
    /// </summary>
    public bool KeepTranslated { get; init; }

    public CodeSwitchOptions CodeSwitch { get; init; } = new();

    /// <summary>
    /// Consecutive monolingual lines that stay together in the shuffle, so that packing can make documents of them. 1 shuffles every line.
    /// </summary>
    public int LinesKeptTogether { get; init; } = 64;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Epoch < 0)
            yield return new("epoch", Epoch, "must not be negative", "use 0 for the first epoch");
        if (Epochs is < 1 or > 1000)
            yield return new("epochs", Epochs, "must be 1 to 1,000", "use 1");
        if (!Enum.IsDefined(Format))
            yield return new("format", Format, "must be connected or split", "use connected, the paper's choice");
        if (!Enum.IsDefined(Augmentation))
            yield return new("augmentation", Augmentation, "must be parallel, monolingual or none", "use parallel, the paper's choice");
        if (MonolingualPerLanguage < 1)
            yield return new("monolingualPerLanguage", MonolingualPerLanguage, "must be positive", "leave it out for all lines");
        if (PairsPerLanguagePair < 1)
            yield return new("pairsPerLanguagePair", PairsPerLanguagePair, "must be positive", "leave it out for all pairs");
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
