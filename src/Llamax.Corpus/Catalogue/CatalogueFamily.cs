using Llamax.Text.Languages;

namespace Llamax.Corpus.Catalogue;

/// <summary>Entries that differ in their languages alone, named <c>PREFIX:ITEM</c>, for example <c>opus:CCAligned:en-ha</c>.</summary>
/// <param name="Prefix">What comes before the last colon.</param>
/// <param name="Item">What stands for the rest in lists: <c>SRC-TGT</c> or <c>LANG</c>.</param>
/// <param name="Example">An entry of it, which says licence, origin and version of all.</param>
/// <param name="Entry">Makes an entry from the rest of its name; null where there is none.</param>
public sealed record CatalogueFamily(string Prefix, string Item, CatalogueEntry Example, Func<string, CatalogueEntry?> Entry)
{
    /// <summary>As lists name it.</summary>
    public string Name => $"{Prefix}:{Item}";

    /// <summary>Those of the paper's 102 languages that it has; null = not known here.</summary>
    public IReadOnlyList<Language>? Covers { get; init; }
}
