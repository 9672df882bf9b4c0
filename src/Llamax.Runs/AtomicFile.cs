using System.Text;

namespace Llamax.Runs;

/// <summary>Files that exist whole or not at all: written to a temporary name in the same folder, flushed to disk, renamed.</summary>
public static class AtomicFile
{
    /// <summary>Ends every temporary name, so that a later run can recognise what a killed one left behind.</summary>
    public const string TemporarySuffix = ".llamax-tmp";

    /// <summary>
    /// Writes <paramref name="path"/> through <paramref name="write"/>; on any error the old file stays and no temporary is left.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes it.</param>
    /// <param name="isFlushed">
    /// Whether it waits for the disk. Where it does not, a power failure, though no kill, may leave a file of this name with other bytes: only
    /// for files that carry a checksum and can be made again.
    /// </param>
    public static void Write(string path, Action<FileStream> write, bool isFlushed = true)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, Path.GetFileName(path) + TemporarySuffix);

        // Outside of the try: a temporary that somebody else is writing is not ours to delete.
        var stream = new FileStream(temporary, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16);
        try
        {
            using (stream)
            {
                write(stream);
                stream.Flush(flushToDisk: isFlushed);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    public static void WriteAllText(string path, string text) => Write(path, stream => stream.Write(Encoding.UTF8.GetBytes(text)));
}
