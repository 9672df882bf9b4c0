using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Llamax.Corpus.Deduplication;

/// <summary>
/// Keys in a sorted file of which memory holds a Bloom filter (Bloom 1970; ten bits and six probes a key, one miss in a hundred reads
/// the file in vain) and the first key of every block.
/// </summary>
internal sealed class KeyRun : IDisposable
{
    private const int RowsInBlock = 256;
    private const int BitsPerKey = 10;
    private const int Probes = 6;

    private readonly SafeFileHandle _file;
    private readonly ulong[] _bloom;
    private readonly ulong[] _firstOfBlock;

    /// <param name="path">The file to write; it is gone when the run is disposed.</param>
    /// <param name="sorted">At least one, of different keys.</param>
    public KeyRun(string path, ReadOnlySpan<KeyRow> sorted)
    {
        _bloom = new ulong[(((long)sorted.Length * BitsPerKey) + 63) / 64];
        _firstOfBlock = new ulong[(sorted.Length + RowsInBlock - 1) / RowsInBlock];
        for (var i = 0; i < sorted.Length; i++)
        {
            if (i % RowsInBlock == 0)
                _firstOfBlock[i / RowsInBlock] = sorted[i].High;
            for (var probe = 0; probe < Probes; probe++)
                _bloom[Bit(sorted[i], probe) >> 6] |= 1UL << (int)(Bit(sorted[i], probe) & 63);
        }

        _file = File.OpenHandle(
            path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, FileOptions.DeleteOnClose | FileOptions.RandomAccess);
        RandomAccess.Write(_file, MemoryMarshal.AsBytes(sorted), 0);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>The sequence of the pair that has a key; null where none has.</summary>
    public long? Find(in KeyRow key)
    {
        for (var probe = 0; probe < Probes; probe++)
            if ((_bloom[Bit(key, probe) >> 6] >> (int)(Bit(key, probe) & 63) & 1) == 0)
                return null;

        // Two keys may share their upper half, and stand on both sides of a block's border: the search begins in the block before.
        var found = Array.BinarySearch(_firstOfBlock, key.High);
        var first = found >= 0 ? found : ~found - 1;
        while (first > 0 && _firstOfBlock[first] == key.High)
            first--;
        var rows = new KeyRow[RowsInBlock];
        for (var block = Math.Max(first, 0); block < _firstOfBlock.Length && _firstOfBlock[block] <= key.High; block++)
        {
            var bytes = RandomAccess.Read(_file, MemoryMarshal.AsBytes(rows.AsSpan()), (long)block * RowsInBlock * KeyRow.Bytes);
            foreach (var row in rows.AsSpan(0, bytes / KeyRow.Bytes))
                if (row.HasKeyOf(key))
                    return row.Sequence;
        }

        return null;
    }

    // The key is a hash already: its halves make as many places as are needed.
    private long Bit(in KeyRow key, int probe) =>
        (long)Math.BigMul(key.Low + ((ulong)probe * (key.High | 1)), (ulong)_bloom.Length * 64, out _);
}
