using Llamax.Runs;

namespace Llamax.Corpus.Deduplication;

/// <summary>When two texts are taken for one.</summary>
public enum DedupKind
{
    /// <summary>The same letters and numbers; case, spaces and punctuation do not count.</summary>
    Exact,

    /// <summary>Most of the letter n-grams are the same (MinHash, Broder 1997, with locality-sensitive hashing).</summary>
    Near,
}

/// <summary>What is compared.</summary>
public enum DedupSide
{
    /// <summary>Source and target together.</summary>
    Pair,

    Source,

    Target,

    /// <summary>A pair goes if its source or its target was there before.</summary>
    Either,
}

/// <summary>How duplicates are found. Of those that are one, the first in the order of the inputs stays.</summary>
public sealed record DedupOptions
{
    private const int MostValues = 4096;

    public DedupKind Kind { get; init; } = DedupKind.Exact;

    public DedupSide On { get; init; } = DedupSide.Pair;

    /// <summary>Whether only pairs of the same file are compared.</summary>
    public bool WithinFiles { get; init; }

    /// <summary>Letters in an n-gram of near duplicates.</summary>
    public int Ngram { get; init; } = 5;

    /// <summary>
    /// Two texts are near duplicates where all <see cref="Rows"/> values of one band agree. At n-gram overlap (Jaccard) J that happens with
    /// probability 1 − (1 − J^rows)^bands: with 14 bands of 8 rows 5 % at 0.5, 56 % at 0.7, 92 % at 0.8 and 99.96 % at 0.9.
    /// </summary>
    public int Bands { get; init; } = 14;

    public int Rows { get; init; } = 8;

    /// <summary>Parts of the key space, each sorted alone; they do not change the result.</summary>
    public int Partitions { get; init; } = 64;

    /// <summary>Bytes that one partition is sorted in; a larger one is sorted on disk.</summary>
    public long MemoryBytes { get; init; } = 256 << 20;

    public IEnumerable<OptionProblem> Problems()
    {
        if (Ngram is < 1 or > 100)
            yield return new("--ngram", Ngram, "must be 1 to 100", "use 5");
        if (Bands is < 1 or > 1000)
            yield return new("--bands", Bands, "must be 1 to 1000", "use 14");
        if (Rows is < 1 or > 1000)
            yield return new("--rows", Rows, "must be 1 to 1000", "use 8");
        if (Bands is >= 1 and <= 1000 && Rows is >= 1 and <= 1000 && Bands * Rows > MostValues)
            yield return new("--bands", Bands, $"times --rows must be at most {MostValues}", "use 14 bands of 8 rows");
        if (Partitions is < 1 or > 4096)
            yield return new("--partitions", Partitions, "must be 1 to 4096", "use 64");
        if (MemoryBytes < 1 << 20)
            yield return new("--memory", MemoryBytes, "must be at least 1 MiB", "use 256 MiB");
    }

    /// <summary>What decides the result, for keys and manifests.</summary>
    internal string Description => Kind == DedupKind.Exact
        ? FormattableString.Invariant($"kind: exact\non: {On}\nwithinFiles: {WithinFiles}\n")
        : FormattableString.Invariant($"kind: near\non: {On}\nwithinFiles: {WithinFiles}\nngram: {Ngram}\nbands: {Bands}\nrows: {Rows}\n");
}
