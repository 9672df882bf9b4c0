namespace Llamax.Corpus.Lexicons;

/// <summary>What a source gave to a lexicon.</summary>
/// <param name="Name">What the request calls it.</param>
/// <param name="Files">Files read.</param>
/// <param name="Entries">Entries read.</param>
/// <param name="Kept">Entries that say something; other sources may say the same.</param>
/// <param name="Empty">Entries with an empty side.</param>
/// <param name="TooLong">Entries with a side of more than 128 UTF-16 units, which is a definition.</param>
/// <param name="SameLanguage">Entries within one language.</param>
/// <param name="Malformed">Lines that are no entries.</param>
/// <param name="MalformedExamples">The first of them, with file and line.</param>
/// <param name="PassedOver">Files of the folder that were not read, with the reason.</param>
public sealed record LexiconSourceAccount(
    string Name, int Files, long Entries, long Kept, long Empty, long TooLong, long SameLanguage, long Malformed,
    IReadOnlyList<string> MalformedExamples, IReadOnlyList<string> PassedOver);

/// <summary>A lexicon that was built.</summary>
public sealed record LexiconReport
{
    /// <summary>The lexicon's file.</summary>
    public required string Path { get; init; }

    /// <summary>Of the file, lower-case hexadecimal, as its manifest has it.</summary>
    public required string Sha256 { get; init; }

    public required long Bytes { get; init; }

    public required LexiconHops Hops { get; init; }

    /// <summary>Different pairs of entities that translate each other directly.</summary>
    public required long Entries { get; init; }

    /// <summary>"# entity" of the paper's Table 2 by paper code.</summary>
    public required IReadOnlyDictionary<string, int> Entities { get; init; }

    /// <summary>Languages that were asked for and have no entity.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    public required IReadOnlyList<LexiconSourceAccount> Sources { get; init; }

    /// <summary>Words that several sources translate into one language, at least two of them alike.</summary>
    public required long Agreements { get; init; }

    /// <summary>Words that several sources translate into one language, each otherwise. All translations are kept.</summary>
    public required long Conflicts { get; init; }

    /// <summary>The first ten conflicts, as <c>bank_en: muse says banque_fr, panlex says rive_fr</c>.</summary>
    public required IReadOnlyList<string> ConflictExamples { get; init; }
}
