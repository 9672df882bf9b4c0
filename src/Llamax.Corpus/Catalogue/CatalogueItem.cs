using Llamax.Text.Languages;

namespace Llamax.Corpus.Catalogue;

/// <summary>A row of the catalogue as it is listed.</summary>
/// <param name="Name">The entry's name, or a family's with placeholders.</param>
/// <param name="Entry">The entry, or an example of the family.</param>
/// <param name="Path">Where it lies on this machine; null where it does not.</param>
/// <param name="Covers">Those of the paper's 102 languages that it has; null = not known here.</param>
public sealed record CatalogueItem(string Name, CatalogueEntry Entry, string? Path, IReadOnlyList<Language>? Covers)
{
    /// <summary>Bytes on this machine, or else of the download; null = not known.</summary>
    public long? Bytes => Path switch
    {
        null => Entry.Bytes,
        _ when File.Exists(Path) => new FileInfo(Path).Length,
        _ => new DirectoryInfo(Path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
    };
}
