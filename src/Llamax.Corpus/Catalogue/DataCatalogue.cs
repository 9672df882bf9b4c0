using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Catalogue;

/// <summary>
/// Public data by name: looked for in the mirror, then in the cache, then downloaded into the cache. What lies in the cache is whole,
/// because files and folders get their names last.
/// </summary>
/// <param name="folders">Mirror and cache.</param>
/// <param name="entries">What can be asked for; null = all that Llamax knows.</param>
public sealed class DataCatalogue(DataFolders folders, IReadOnlyList<CatalogueEntry>? entries = null)
{
    private readonly RecordedHashes _recorded = new(folders.Cache);

    public IReadOnlyList<CatalogueEntry> Entries { get; } = entries ?? CatalogueEntries.All;

    /// <summary>What is published by pair or by language, asked for as <c>opus:CCAligned:en-ha</c> or <c>mc4:ha</c>.</summary>
    public IReadOnlyList<CatalogueFamily> Families { get; } = entries is null ? CatalogueFamilies.All : [];

    /// <summary>The catalogue on the folders of this process's environment.</summary>
    public static DataCatalogue Default => new(DataFolders.FromEnvironment());

    /// <summary>Entries and families, in the catalogue's order.</summary>
    /// <param name="language">Only what has it, or where that is not known here; null = all.</param>
    /// <param name="kind">Only this kind; null = all.</param>
    public IReadOnlyList<CatalogueItem> List(Language? language = null, DataKind? kind = null) =>
    [
        .. Entries.Select(entry => new CatalogueItem(entry.Name, entry, Locate(entry.Name), entry.Covers))
            .Concat(Families.Select(family => new CatalogueItem(family.Name, family.Example, null, family.Covers)))
            .Where(item => (kind is null || item.Entry.Kind == kind) && (language is null || item.Covers?.Contains(language) != false)),
    ];

    /// <exception cref="RequestException">There is no such entry; the message has the nearest.</exception>
    public CatalogueEntry Find(string name)
    {
        var entry = Entries.FirstOrDefault(e => string.Equals(e.Name, name, StringComparison.OrdinalIgnoreCase));
        if (entry is not null)
            return entry;
        var family = Families.FirstOrDefault(f => name.StartsWith(f.Prefix + ":", StringComparison.OrdinalIgnoreCase));
        if (family is not null)
            return family.Entry(name[(family.Prefix.Length + 1)..]) ?? throw new RequestException(
                $"\"{name}\" is none of {family.Name}",
                family.Example.Origin,
                $"name it as {family.Example.Name}" + (family.Covers is { } covers ? $"; it has {string.Join(' ', covers)}" : ""));
        if (Families.Count > 0 && CatalogueFamilies.AnyOpus(name) is { } other)
            return other;
        var known = Entries.Select(e => e.Name).Concat(Families.Select(f => f.Name));
        throw new RequestException(
            $"the catalogue has no \"{name}\"; nearest: {string.Join(", ", Nearest.To(name, known))}",
            mend: "llamax data list shows all names");
    }

    /// <summary>The file or folder of an entry on this machine; null where it is not there.</summary>
    /// <exception cref="RequestException">There is no such entry.</exception>
    public string? Locate(string name)
    {
        var entry = Find(name);
        return InMirror(entry) ?? InCache(entry);
    }

    /// <summary>As <see cref="Locate"/>, of what a run cannot do without.</summary>
    /// <exception cref="RequestException">There is no such entry, or it is not on this machine.</exception>
    public string Require(string name)
    {
        if (Locate(name) is { } found)
            return found;
        var entry = Find(name);
        var mirror = folders.Mirror ?? "a mirror folder (LLAMAX_DATA is not set)";
        var place = Path.Combine(folders.Mirror ?? "$LLAMAX_DATA", entry.MirrorPath);
        throw new RequestException(
            $"{name} is neither in {mirror} nor in the cache",
            Path.Combine(folders.Cache, entry.CacheName),
            (entry.IsDownloadable
                ? $"llamax data get {name}, or set LLAMAX_DATA to the folder that mirrors the public sets"
                : $"get it from {entry.Origin} and put it at {place}") + " (see docs/data.md)");
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
            Check(entry, found);
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

        var folder = Path.Combine(folders.Cache, entry.CacheName);
        var download = new Download(client, events);
        if (!entry.IsArchive)
        {
            foreach (var file in entry.Files.Where(file => !File.Exists(Path.Combine(folder, file.Name))))
                await FetchAsync(entry, file, Path.Combine(folder, file.Name));
            return InCache(entry)!;
        }

        var archive = Path.Combine(folders.Cache, entry.Files[0].Name);
        await FetchAsync(entry, entry.Files[0], archive);
        Archive.Unpack(archive, folder);
        File.Delete(archive);
        return folder;

        async Task FetchAsync(CatalogueEntry of, CatalogueFile file, string path)
        {
            await download.FetchAsync(file with { Sha256 = file.Sha256 ?? _recorded.Find(of, file) }, path, cancellation);
            if (file.Sha256 is null)
                _recorded.Add(of, file, path);
        }
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
        var folder = Path.Combine(folders.Cache, entry.CacheName);
        if (entry.IsArchive)
            return Directory.Exists(folder) ? folder : null;
        if (!entry.Files.All(file => File.Exists(Path.Combine(folder, file.Name))))
            return null;
        return entry.IsSingleFile ? Path.Combine(folder, entry.Files[0].Name) : folder;
    }

    /// <summary>
    /// Files as they were published or first downloaded; a mirror may hold them compressed, and then only their owner knows.
    /// </summary>
    private void Check(CatalogueEntry entry, string found)
    {
        if (entry.IsArchive)
            return;
        foreach (var file in entry.Files)
        {
            var path = Directory.Exists(found) ? Path.Combine(found, file.Name) : found;
            var isOurs = path.StartsWith(folders.Cache, StringComparison.Ordinal);
            if ((file.Sha256 ?? (isOurs ? _recorded.Find(entry, file) : null)) is not { } expected
                || !File.Exists(path) || Path.GetExtension(path) != Path.GetExtension(file.Name))
                continue;
            var actual = Manifest.HashFile(path);
            if (actual != expected)
                throw new RequestException(
                    $"SHA-256 {actual} found, {expected} was {(file.Sha256 is null ? "downloaded" : "published")}",
                    path,
                    "remove this file and get it again");
        }
    }
}
