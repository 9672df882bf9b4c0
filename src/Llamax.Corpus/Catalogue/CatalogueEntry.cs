namespace Llamax.Corpus.Catalogue;

/// <summary>One file of a catalogue entry.</summary>
/// <param name="Name">What it is called on disk.</param>
/// <param name="Url">Where it is downloaded; null where its licence or its owner forbids that.</param>
/// <param name="Bytes">Its size; null = not known.</param>
/// <param name="Sha256">Lower-case hexadecimal; null = not known, and then the download cannot be checked.</param>
public sealed record CatalogueFile(string Name, string? Url, long? Bytes = null, string? Sha256 = null);

/// <summary>A public corpus, lexicon, test set or model that Llamax can find on this machine or fetch.</summary>
public sealed record CatalogueEntry
{
    /// <summary>What it is asked for by, and its folder in the cache.</summary>
    public required string Name { get; init; }

    /// <summary>One line: what is in it and what for.</summary>
    public required string What { get; init; }

    public required string Languages { get; init; }

    public required string Licence { get; init; }

    /// <summary>The page of those who made it.</summary>
    public required string Origin { get; init; }

    /// <summary>Where it lies below a mirror folder: a file or a folder.</summary>
    public required string MirrorPath { get; init; }

    public required IReadOnlyList<CatalogueFile> Files { get; init; }

    /// <summary>The one file is an archive (.tar, .tar.gz or .zip), and its content is what is wanted.</summary>
    public bool IsArchive { get; init; }

    /// <summary>What is wanted is a single file, and its path is the entry's path.</summary>
    public bool IsSingleFile => Files.Count == 1 && !IsArchive;

    /// <summary>Whether it can be downloaded.</summary>
    public bool IsDownloadable => Files.All(file => file.Url is not null);
}
