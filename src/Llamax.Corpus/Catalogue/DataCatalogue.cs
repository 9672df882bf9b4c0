using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;

namespace Llamax.Corpus.Catalogue;

/// <summary>
/// Public data by name: looked for in the mirror, then in the cache, then downloaded into the cache. What lies in the cache is whole,
/// because files and folders get their names last.
/// </summary>
/// <param name="folders">Mirror and cache.</param>
/// <param name="entries">What can be asked for; null = all that Llamax knows.</param>
public sealed class DataCatalogue(DataFolders folders, IReadOnlyList<CatalogueEntry>? entries = null)
{
    public IReadOnlyList<CatalogueEntry> Entries { get; } = entries ?? CatalogueEntries.All;

    /// <summary>The catalogue on the folders of this process's environment.</summary>
    public static DataCatalogue Default => new(DataFolders.FromEnvironment());

    /// <exception cref="RequestException">There is no such entry; the message has the nearest.</exception>
    public CatalogueEntry Find(string name)
    {
        var entry = Entries.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        return entry ?? throw new RequestException(
            $"the catalogue has no \"{name}\"; nearest: {string.Join(", ", Nearest.To(name, Entries.Select(e => e.Name)))}",
            mend: "llamax data list shows all names");
    }

    /// <summary>The file or folder of an entry on this machine; null where it is not there.</summary>
    /// <exception cref="RequestException">There is no such entry.</exception>
    public string? Locate(string name)
    {
        var entry = Find(name);
        return InMirror(entry) ?? InCache(entry);
    }

    /// <summary>The file or folder of an entry, downloaded if it is not there yet. Known hashes are checked wherever it was.</summary>
    /// <exception cref="RequestException">
    /// No such entry; it cannot be downloaded, here or at all; or what was found is not what was published.
    /// </exception>
    public async Task<string> GetAsync(string name, HttpClient client, IRunEvents events, CancellationToken cancellation)
    {
        var entry = Find(name);
        if (Locate(name) is { } found)
        {
            if (entry.IsSingleFile)
                CheckHash(entry.Files[0], found);
            return found;
        }

        if (!entry.IsDownloadable)
        {
            var place = Path.Combine(folders.Mirror ?? "$LLAMAX_DATA", entry.MirrorPath);
            throw new RequestException(
                $"not on this machine, and not for download ({entry.Licence})",
                entry.Name,
                $"get it from {entry.Origin} and put it at {place}");
        }

        var folder = Path.Combine(folders.Cache, entry.Name);
        var download = new Download(client, events);
        if (!entry.IsArchive)
        {
            foreach (var file in entry.Files.Where(file => !File.Exists(Path.Combine(folder, file.Name))))
                await download.FetchAsync(file, Path.Combine(folder, file.Name), cancellation);
            return InCache(entry)!;
        }

        var archive = Path.Combine(folders.Cache, entry.Files[0].Name);
        await download.FetchAsync(entry.Files[0], archive, cancellation);
        Archive.Unpack(archive, folder);
        File.Delete(archive);
        return folder;
    }

    private string? InMirror(CatalogueEntry entry)
    {
        if (folders.Mirror is null)
            return null;
        string[] places = entry.IsSingleFile ? [entry.MirrorPath, entry.Files[0].Name] : [entry.MirrorPath];
        return places.Select(place => Path.Combine(folders.Mirror, place))
            .SelectMany(path => new[] { path, path + ".gz" })
            .FirstOrDefault(Path.Exists);
    }

    private string? InCache(CatalogueEntry entry)
    {
        var folder = Path.Combine(folders.Cache, entry.Name);
        if (entry.IsArchive)
            return Directory.Exists(folder) ? folder : null;
        if (!entry.Files.All(file => File.Exists(Path.Combine(folder, file.Name))))
            return null;
        return entry.IsSingleFile ? Path.Combine(folder, entry.Files[0].Name) : folder;
    }

    private static void CheckHash(CatalogueFile file, string path)
    {
        if (file.Sha256 is null || !File.Exists(path) || path.EndsWith(".gz", StringComparison.Ordinal))
            return;
        var actual = Manifest.HashFile(path);
        if (actual != file.Sha256)
            throw new RequestException($"SHA-256 {actual} found, {file.Sha256} was published", path, "remove this file and get it again");
    }
}
