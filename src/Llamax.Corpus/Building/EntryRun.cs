using System.Text;

namespace Llamax.Corpus.Building;

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
        foreach (var (key, sequence, entry) in entries)
        {
            writer.Write(key);
            writer.Write(sequence);
            writer.Write((byte)entry.Kind);
            writer.Write(entry.Source);
            writer.Write(entry.Target);
            writer.Write(entry.Segments.Count);
            foreach (var segment in entry.Segments)
            {
                writer.Write(segment.Text);
                writer.Write(segment.HasLoss);
            }

            writer.Write(entry.Origin);
        }

        return new(stream, entries.Count);
    }

    /// <summary>The entries in their order; once.</summary>
    public IEnumerable<KeyedEntry> Read()
    {
        _stream.Position = 0;
        using var reader = new BinaryReader(_stream, Encoding.Unicode, leaveOpen: true);
        for (var i = 0; i < _count; i++)
        {
            var (key, sequence, kind) = (reader.ReadUInt64(), reader.ReadInt64(), (EntryKind)reader.ReadByte());
            var (source, target) = (reader.ReadString(), reader.ReadString());
            var segments = new TextSegment[reader.ReadInt32()];
            for (var s = 0; s < segments.Length; s++)
                segments[s] = new(reader.ReadString(), reader.ReadBoolean());
            yield return new(key, sequence, new(kind, source, target, segments, reader.ReadString()));
        }
    }

    public void Dispose() => _stream.Dispose();
}
