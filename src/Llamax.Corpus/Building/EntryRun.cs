using System.Text;

namespace Llamax.Corpus.Building;

/// <summary>Keyed entries as bytes.</summary>
internal static class EntryRecord
{
    public static void Write(BinaryWriter writer, in KeyedEntry keyed)
    {
        var entry = keyed.Entry;
        writer.Write(keyed.Epoch);
        writer.Write(keyed.Key);
        writer.Write(keyed.Part);
        writer.Write(keyed.Place);
        writer.Write((byte)entry.Kind);
        writer.Write(entry.Source);
        writer.Write(entry.Target);
        writer.Write((byte)entry.Segments.Count);
        foreach (var segment in entry.Segments)
        {
            writer.Write(segment.Text);
            writer.Write(segment.HasLoss);
        }

        writer.Write(entry.Origin);
    }

    public static KeyedEntry Read(BinaryReader reader)
    {
        var (epoch, key, part, place) = (reader.ReadInt32(), reader.ReadUInt64(), reader.ReadInt32(), reader.ReadInt64());
        var (kind, source, target) = ((EntryKind)reader.ReadByte(), reader.ReadString(), reader.ReadString());
        var segments = new TextSegment[reader.ReadByte()];
        for (var s = 0; s < segments.Length; s++)
            segments[s] = new(reader.ReadString(), reader.ReadBoolean());
        return new(epoch, key, part, place, new(kind, source, target, segments, reader.ReadString()));
    }
}

/// <summary>Sorted entries in a temporary file that vanishes with this object.</summary>
internal sealed class EntryRun : IDisposable
{
    private readonly FileStream _stream;
    private readonly int _count;

    private EntryRun(FileStream stream, int count) => (_stream, _count) = (stream, count);

    public static EntryRun Write(string path, List<KeyedEntry> entries)
    {
        var stream = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.ReadWrite,
            BufferSize = 1 << 16,
            Options = FileOptions.DeleteOnClose | FileOptions.SequentialScan,
        });
        using var writer = new BinaryWriter(stream, Encoding.Unicode, leaveOpen: true);
        foreach (var entry in entries)
            EntryRecord.Write(writer, entry);
        return new(stream, entries.Count);
    }

    /// <summary>The entries in their order; once.</summary>
    public IEnumerable<KeyedEntry> Read()
    {
        _stream.Position = 0;
        using var reader = new BinaryReader(_stream, Encoding.Unicode, leaveOpen: true);
        for (var i = 0; i < _count; i++)
            yield return EntryRecord.Read(reader);
    }

    public void Dispose() => _stream.Dispose();
}
