using Llamax.Runs;
using Llamax.Runs.Manifests;

namespace Llamax.Corpus.Catalogue;

/// <summary>
/// Hashes of first downloads, kept in the cache: where a publisher states none, what comes later must at least be the same.
/// </summary>
internal sealed class RecordedHashes(string cache)
{
    /// <summary>The folder below the cache.</summary>
    public const string Folder = "hashes";

    /// <summary>The recorded SHA-256; null where the file was never downloaded here.</summary>
    public string? Find(CatalogueEntry entry, CatalogueFile file) =>
        File.Exists(PathOf(entry, file)) ? File.ReadAllText(PathOf(entry, file)).Trim() : null;

    public void Add(CatalogueEntry entry, CatalogueFile file, string path) =>
        AtomicFile.WriteAllText(PathOf(entry, file), Manifest.HashFile(path) + "\n");

    private string PathOf(CatalogueEntry entry, CatalogueFile file) =>
        Path.Combine(cache, Folder, entry.CacheName, file.Name + ".sha256");
}
