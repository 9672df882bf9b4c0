using Llamax.Runs;
using Llamax.Runs.Manifests;

namespace Llamax.Training.Resuming;

/// <summary>Folders that exist whole or not at all: filled under a temporary name beside the final one, then renamed.</summary>
internal static class AtomicFolder
{
    /// <summary>Makes or replaces <paramref name="path"/>.</summary>
    /// <param name="path">The final name.</param>
    /// <param name="fill">Writes flushed files into the folder it is given.</param>
    /// <exception cref="RequestException">The disk is full or forbids writing; the old folder stays and no temporary is left.</exception>
    public static void Write(string path, Action<string> fill)
    {
        var (temporary, old) = (path + AtomicFile.TemporarySuffix, Doomed(path));
        try
        {
            Remove(temporary);
            Remove(old);
            Directory.CreateDirectory(temporary);
            fill(temporary);
            if (Directory.Exists(path))
                Directory.Move(path, old);
            Directory.Move(temporary, path);
            Remove(old);
        }
        catch (Exception failure)
        {
            Try(() => Remove(temporary));
            if (!Directory.Exists(path) && Directory.Exists(old))
                Try(() => Directory.Move(old, path));
            if (failure is IOException or UnauthorizedAccessException)
            {
                throw new RequestException(
                    $"the folder cannot be written: {failure.Message}", path,
                    "free space on the disk or get the right to write there, then start again: the run continues from its last checkpoint",
                    failure);
            }

            throw;
        }
    }

    /// <summary>Removes a folder; a kill in the middle leaves a temporary name, never a folder with a part of its files.</summary>
    public static void Delete(string path)
    {
        var doomed = Doomed(path);
        Remove(doomed);
        if (!Directory.Exists(path))
            return;
        Directory.Move(path, doomed);
        Directory.Delete(doomed, recursive: true);
    }

    /// <summary>SHA-256 of the files of a folder by name, in ordinal order.</summary>
    public static SortedDictionary<string, string> Hashes(string path)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(path))
            hashes[Path.GetFileName(file)] = Manifest.HashFile(file);
        return hashes;
    }

    private static string Doomed(string path) => path + ".old" + AtomicFile.TemporarySuffix;

    private static void Remove(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    // The cause of the failure is what the user must hear, not that the clean-up failed for the same reason.
    private static void Try(Action cleanUp)
    {
        try
        {
            cleanUp();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
        }
    }
}
