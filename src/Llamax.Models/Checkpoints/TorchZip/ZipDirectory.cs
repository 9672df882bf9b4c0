using System.Buffers.Binary;
using System.Text;
using Llamax.Runs;

namespace Llamax.Models.Checkpoints.TorchZip;

/// <summary>
/// Where the stored (not compressed) files of a zip archive lie, ZIP64 included: torch stores tensors so that they can be mapped, which
/// .NET's ZipArchive does not tell the place of.
/// </summary>
internal static class ZipDirectory
{
    private const uint EndMark = 0x06054b50, End64Mark = 0x06064b50, Locator64Mark = 0x07064b50, EntryMark = 0x02014b50, FileMark = 0x04034b50;
    private const int EndBytes = 22, Locator64Bytes = 20, End64Bytes = 56, EntryBytes = 46, FileBytes = 30;
    private const int LongestComment = ushort.MaxValue;

    /// <summary>The first byte and the length of every file by its name.</summary>
    /// <exception cref="RequestException">The archive is cut off, damaged or compressed.</exception>
    public static Dictionary<string, (long Begin, long Length)> Read(MappedFile file)
    {
        var (count, at, limit) = FindEntries(file);
        if (count > (limit - at) / EntryBytes)
            throw Broken(file, $"{count} files are claimed and the directory has {limit - at} bytes");
        var files = new Dictionary<string, (long, long)>(StringComparer.Ordinal);
        for (var i = 0L; i < count; i++)
        {
            var entry = Take(file, at, EntryBytes);
            if (UInt32(entry, 0) != EntryMark)
                throw Broken(file, $"file {i + 1} of the directory does not begin as one");
            var (nameLength, extraLength, commentLength) = (UInt16(entry, 28), UInt16(entry, 30), UInt16(entry, 32));
            var name = Encoding.UTF8.GetString(Take(file, at + EntryBytes, nameLength));
            var extra = Take(file, at + EntryBytes + nameLength, extraLength);
            long packed = UInt32(entry, 20), length = UInt32(entry, 24), header = UInt32(entry, 42);
            ReadLargeSizes(extra, ref length, ref packed, ref header);
            if (UInt16(entry, 10) != 0 || packed != length)
                throw new RequestException($"{name} is compressed inside of the archive", file.Path, "save it with torch.save, or unpack it");
            if (!files.TryAdd(name, (Begin(file, name, header, length), length)))
                throw Broken(file, $"{name} is there twice");
            at += EntryBytes + nameLength + extraLength + commentLength;
        }

        return files;
    }

    // The header before a file has a name and an extra field of its own length.
    private static long Begin(MappedFile file, string name, long header, long length)
    {
        var local = Take(file, header, FileBytes);
        if (UInt32(local, 0) != FileMark)
            throw Broken(file, $"{name} is not where the directory says");
        var begin = header + FileBytes + UInt16(local, 26) + UInt16(local, 28);
        return length >= 0 && begin <= file.Length && length <= file.Length - begin
            ? begin
            : throw Broken(file, $"{name} claims {length} bytes from byte {begin} on, and the file has {file.Length}");
    }

    private static (long Count, long Begin, long Limit) FindEntries(MappedFile file)
    {
        for (var at = file.Length - EndBytes; at >= Math.Max(0, file.Length - EndBytes - LongestComment); at--)
        {
            var end = Take(file, at, EndBytes);
            if (UInt32(end, 0) != EndMark || UInt16(end, 20) != file.Length - at - EndBytes)
                continue;
            var (count, begin) = ((long)UInt16(end, 10), (long)UInt32(end, 16));
            var limit = at;
            if (at >= Locator64Bytes && Take(file, at - Locator64Bytes, Locator64Bytes) is var locator && UInt32(locator, 0) == Locator64Mark)
            {
                var large = Take(file, (long)Math.Min(UInt64(locator, 8), long.MaxValue), End64Bytes);
                if (UInt32(large, 0) != End64Mark)
                    throw Broken(file, "the 64-bit end of the directory is not where it should be");
                (count, begin) = ((long)Math.Min(UInt64(large, 32), long.MaxValue), (long)Math.Min(UInt64(large, 48), long.MaxValue));
            }

            return begin <= limit ? (count, begin, limit) : throw Broken(file, "the directory begins behind its end");
        }

        throw Broken(file, "the archive has no directory");
    }

    // Sizes that 32 bits do not hold stand in the extra field 1, in this order.
    private static void ReadLargeSizes(ReadOnlySpan<byte> extra, ref long length, ref long packed, ref long header)
    {
        while (extra.Length >= 4)
        {
            var size = Math.Min(UInt16(extra, 2), extra.Length - 4);
            if (UInt16(extra, 0) == 1)
            {
                var field = extra.Slice(4, size);
                Widen(ref length, ref field);
                Widen(ref packed, ref field);
                Widen(ref header, ref field);
                return;
            }

            extra = extra[(4 + size)..];
        }
    }

    private static void Widen(ref long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue || field.Length < 8)
            return;
        value = BinaryPrimitives.ReadInt64LittleEndian(field);
        field = field[8..];
    }

    private static ReadOnlySpan<byte> Take(MappedFile file, long begin, int length) => begin >= 0 && begin <= file.Length - length
        ? file.Bytes(begin, length)
        : throw Broken(file, $"byte {begin} is asked for, and the file has {file.Length}");

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static ulong UInt64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static RequestException Broken(MappedFile file, string what) =>
        new(what, file.Path, "download or write the file again; it is cut off or damaged");
}
