using Llamax.Text.Languages;

namespace Llamax.Corpus.Catalogue;

/// <summary>One file of a catalogue entry.</summary>
/// <param name="Name">What it is called on disk.</param>
/// <param name="Url">Where it is downloaded; null where its licence, its owner or its size forbids that.</param>
/// <param name="Bytes">Its size; null = not known.</param>
/// <param name="Sha256">
/// Lower-case hexadecimal; null = not pinned: then the hash of the first download is recorded, and later ones must equal it.
/// </param>
public sealed record CatalogueFile(string Name, string? Url, long? Bytes = null, string? Sha256 = null);

/// <summary>A public corpus, lexicon, test set or model that Llamax can find on this machine or fetch.</summary>
public sealed record CatalogueEntry
{
    /// <summary>What it is asked for by, and its folder in the cache.</summary>
    public required string Name { get; init; }

    public required DataKind Kind { get; init; }

    /// <summary>One line: what is in it and what for.</summary>
    public required string What { get; init; }

    /// <summary>As its publisher counts them.</summary>
    public required string Languages { get; init; }

    /// <summary>Those of the paper's 102 languages that it has; null = not known here.</summary>
    public IReadOnlyList<Language>? Covers { get; init; }

    public required string Licence { get; init; }

    /// <summary>The publisher's version or date; <c>unversioned</c> where there is none.</summary>
    public required string Version { get; init; }

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

    /// <summary>Bytes to download; null = not known.</summary>
    public long? Bytes => Files.All(file => file.Bytes is not null) ? Files.Sum(file => file.Bytes) : null;

    /// <summary>Its folder in the cache: the name, with what no file system forbids.</summary>
    internal string CacheName => Name.Replace(':', '_').Replace('@', '_');
}
