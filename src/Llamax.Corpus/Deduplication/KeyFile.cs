using System.Runtime.InteropServices;
using Llamax.Runs;

namespace Llamax.Corpus.Deduplication;

/// <summary>Rows on disk, as they lie in memory, little-endian.</summary>
internal static class KeyFile
{
    private const int RowsInBlock = 4096;

    public static IEnumerable<KeyRow> Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.SequentialScan);
        if (stream.Length % KeyRow.Bytes != 0)
            throw new RequestException("this file of keys is cut off", path, "remove its folder and run the step again");
        var block = new KeyRow[RowsInBlock];
        while (ReadBlock(stream, block) is > 0 and var count)
            for (var i = 0; i < count; i++)
                yield return block[i];
    }

    public static void Write(Stream stream, ReadOnlySpan<KeyRow> rows) => stream.Write(MemoryMarshal.AsBytes(rows));

    private static int ReadBlock(Stream stream, KeyRow[] block) =>
        stream.ReadAtLeast(MemoryMarshal.AsBytes(block.AsSpan()), KeyRow.Bytes * block.Length, throwOnEndOfStream: false) / KeyRow.Bytes;
}
