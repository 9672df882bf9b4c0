using System.Buffers.Binary;
using System.Text;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.Watching;

namespace Llamax.Training.Tests.Watching;

public sealed class EventFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("123456789", 0xE3069283u)]
    [InlineData("", 0u)]
    public void The_checksum_is_the_published_one_behind_its_mask(string text, uint crc)
    {
        var masked = MaskedCrc32C.Of(Encoding.ASCII.GetBytes(text)) - 0xa282ead8;
        Assert.Equal(crc, (masked >> 17) | (masked << 15));
    }

    [Fact]
    public void A_reader_of_records_finds_version_session_and_values()
    {
        using (var file = new EventFile(_folder.Path, 20, TimeProvider.System))
        {
            file.Scalar("train/loss", 2.5, 21);
            file.Scalar("dev/loss/languages/ha", 1.25, 300);
        }

        var records = Read(Directory.GetFiles(_folder["tensorboard"]).Single());
        Assert.Equal(4, records.Count);
        Assert.Contains("brain.Event:2", Encoding.ASCII.GetString(records[0]), StringComparison.Ordinal);
        Assert.Equal([0x3A, 0x02, 0x08, 0x01], records[1][^4..]);   // session_log { status: START }
        var value = records[2];
        Assert.Equal([0x10, 21], value[9..11]);                     // step, behind the time
        var name = "train/loss"u8.ToArray();
        Assert.Equal([0x2A, (byte)(name.Length + 9), 0x0A, (byte)(name.Length + 7), 0x0A, (byte)name.Length, .. name, 0x15], value[11..^4]);
        Assert.Equal(2.5f, BinaryPrimitives.ReadSingleLittleEndian(value.AsSpan(value.Length - 4)));
        Assert.Equal([0x10, 0xAC, 0x02], records[3][9..12]);        // 300 in two bytes
    }

    [Fact]
    public void A_folder_that_cannot_be_written_is_named()
    {
        var file = _folder.Write("file", "");
        var failure = Assert.Throws<RequestException>(() => new EventFile(file, 0, TimeProvider.System));
        Assert.Contains(file, failure.Message, StringComparison.Ordinal);
    }

    // As TensorFlow's reader does: every length and every record has its checksum.
    private static List<byte[]> Read(string path)
    {
        var bytes = File.ReadAllBytes(path).AsSpan();
        var records = new List<byte[]>();
        while (bytes.Length > 0)
        {
            var length = (int)BinaryPrimitives.ReadInt64LittleEndian(bytes);
            Assert.Equal(MaskedCrc32C.Of(bytes[..8]), BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]));
            var record = bytes.Slice(12, length).ToArray();
            Assert.Equal(MaskedCrc32C.Of(record), BinaryPrimitives.ReadUInt32LittleEndian(bytes[(12 + length)..]));
            records.Add(record);
            bytes = bytes[(16 + length)..];
        }

        return records;
    }
}
