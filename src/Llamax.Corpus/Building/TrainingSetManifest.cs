namespace Llamax.Corpus.Building;

/// <summary>What a built training set holds and how it was made; written as <c>manifest.json</c> beside it.</summary>
public sealed record TrainingSetManifest
{
    public string Format { get; init; } = "llamax-training-set/1";

    /// <summary>Name of the Parquet file.</summary>
    public required string File { get; init; }

    public required string Sha256 { get; init; }

    public required TrainingSetOptions Options { get; init; }

    public required long Entries { get; init; }

    /// <summary>By kind and languages, in this order.</summary>
    public required IReadOnlyList<EntryCount> Counts { get; init; }

    /// <summary>What became of each language pair that holds anything, in the order of the sources.</summary>
    public required IReadOnlyList<PairAccount> Pairs { get; init; }

    /// <summary>Monolingual lines without text, left out.</summary>
    public required long EmptyLines { get; init; }

    /// <summary>D_En; null where g had nothing to translate.</summary>
    public EnglishAccount? English { get; init; }
}

/// <summary>English text for g.</summary>
/// <param name="Wanted">Lines that the neediest language pair lacks.</param>
/// <param name="Drawn">Lines of D_En; fewer than wanted where there is too little English text.</param>
/// <param name="Available">Lines that they were drawn from.</param>
public sealed record EnglishAccount(int Wanted, int Drawn, long Available);

/// <summary>Entries of one kind and direction.</summary>
/// <param name="Kind">Its part in Algorithm 1.</param>
/// <param name="Source">Paper code.</param>
/// <param name="Target">Paper code; empty for monolingual text.</param>
/// <param name="Entries">How many.</param>
/// <param name="Characters">UTF-16 units of their text.</param>
public sealed record EntryCount(EntryKind Kind, string Source, string Target, long Entries, long Characters);

/// <summary>What Algorithm 1 did with one language pair; words and entries of all epochs, pairs of one.</summary>
/// <param name="Source">Paper code; of the two the first by the alphabet.</param>
/// <param name="Target">Paper code.</param>
/// <param name="Pairs">Sentence pairs read.</param>
/// <param name="EmptyPairs">Pairs with an empty side, left out.</param>
/// <param name="Drawn">Pairs that are entries: D_para of Algorithm 1.</param>
/// <param name="Replicas">How often each of them appears as a parallel entry.</param>
/// <param name="English">English lines given to g for this pair: D_En of Algorithm 1.</param>
/// <param name="Translated">Pairs that g made of them.</param>
/// <param name="Augmented">Code-switched entries.</param>
/// <param name="Unswitched">Those of them in which no word was replaced.</param>
/// <param name="KnownWords">Words of their source sides that the lexicon translates.</param>
/// <param name="ReplacedWords">Words that were replaced.</param>
public sealed record PairAccount(
    string Source,
    string Target,
    long Pairs,
    long EmptyPairs,
    long Drawn,
    int Replicas,
    int English,
    long Translated,
    long Augmented,
    long Unswitched,
    long KnownWords,
    long ReplacedWords);
