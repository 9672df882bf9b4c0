using System.Formats.Tar;
using System.IO.Compression;
using Llamax.Runs;

namespace Llamax.Corpus.Catalogue;

/// <summary>Unpacks what corpora are published in.</summary>
internal static class Archive
{
    /// <summary>
    /// Unpacks a .tar, .tar.gz or .zip so that <paramref name="folder"/> appears whole. A single folder around everything is left out, and
    /// so are links and the files that macOS adds.
    /// </summary>
    /// <exception cref="RequestException">The archive is damaged, or holds a path that leads out of it.</exception>
    public static void Unpack(string archive, string folder)
    {
        var temporary = folder + AtomicFile.TemporarySuffix;
        if (Directory.Exists(temporary))
            Directory.Delete(temporary, recursive: true);
        Directory.CreateDirectory(temporary);
        try
        {
            using var file = File.OpenRead(archive);
            if (archive.EndsWith(".zip", StringComparison.OrdinalIgnoreCase))
                UnpackZip(file, archive, temporary);
            else
                UnpackTar(
                    archive.EndsWith("gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file,
                    archive,
                    temporary);
        }
        catch (Exception failure) when (failure is InvalidDataException or EndOfStreamException)
        {
            throw new RequestException($"the archive is damaged: {failure.Message}", archive, "delete it and get it again", failure);
        }

        var content = Directory.GetFileSystemEntries(temporary) is [var only] && Directory.Exists(only) ? only : temporary;
        Directory.Move(content, folder);
        if (Directory.Exists(temporary))
            Directory.Delete(temporary);
    }

    private static void UnpackTar(Stream stream, string archive, string folder)
    {
        using var reader = new TarReader(stream);
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile && Place(entry.Name, archive, folder) is { } path)
                entry.ExtractToFile(path, overwrite: true);
        }
    }

    private static void UnpackZip(Stream stream, string archive, string folder)
    {
        using var zip = new ZipArchive(stream);
        foreach (var entry in zip.Entries)
        {
            if (!entry.FullName.EndsWith('/') && Place(entry.FullName, archive, folder) is { } path)
                entry.ExtractToFile(path, overwrite: true);
        }
    }

    private static string? Place(string name, string archive, string folder)
    {
        var parts = name.Split('/', '\\').Where(part => part is not ("" or ".")).ToArray();
        if (name.StartsWith('/') || parts.Contains(".."))
            throw new RequestException(
                $"the path \"{name}\" leads out of the archive", archive, "do not trust this file; get it from its publisher");
        if (parts.Length == 0 || parts[^1].StartsWith("._", StringComparison.Ordinal) || parts[0] == "__MACOSX")
            return null;
        var path = Path.Combine([folder, .. parts]);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return path;
    }
}
