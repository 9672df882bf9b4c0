using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Llamax.Models.Tests.Checkpoints.TorchZip;

/// <summary>Writes what torch.save writes, and what it never would: the operations of a pickle, one by one.</summary>
internal sealed class PickleBuilder
{
    private readonly List<byte> _code = [];
    private readonly List<(string Key, byte[] Data)> _storages = [];

    public PickleBuilder() => Raw(0x80, 2);

    public PickleBuilder Raw(params byte[] code)
    {
        _code.AddRange(code);
        return this;
    }

    public PickleBuilder Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        return Raw((byte)'X').Raw(length).Raw(bytes);
    }

    public PickleBuilder Integer(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return Raw(0x8a, 8).Raw(bytes);
    }

    public PickleBuilder Global(string module, string name) => Raw((byte)'c').Raw(Encoding.UTF8.GetBytes($"{module}\n{name}\n"));

    public PickleBuilder Mark() => Raw((byte)'(');

    public PickleBuilder Tuple() => Raw((byte)'t');

    public PickleBuilder Call() => Raw((byte)'R');

    public PickleBuilder Dictionary(params (string Key, Action<PickleBuilder> Value)[] items)
    {
        Raw((byte)'}').Mark();
        foreach (var (key, value) in items)
        {
            Text(key);
            value(this);
        }

        return Raw((byte)'u');
    }

    /// <summary>A float32 tensor over a storage with these numbers.</summary>
    public PickleBuilder Tensor(float[] numbers, long[] shape, long[] strides, long offset = 0, long? claimed = null, string? key = null)
    {
        var data = new byte[numbers.Length * 4];
        Buffer.BlockCopy(numbers, 0, data, 0, data.Length);
        var name = $"{_storages.Count}";
        _storages.Add((name, data));
        Global("torch._utils", "_rebuild_tensor_v2").Mark();
        Mark().Text("storage").Global("torch", "FloatStorage").Text(key ?? name).Text("cpu").Integer(claimed ?? numbers.Length).Tuple();
        Raw((byte)'Q').Integer(offset);
        foreach (var sizes in new[] { shape, strides })
        {
            Mark();
            foreach (var size in sizes)
                Integer(size);
            Tuple();
        }

        return Raw(0x89).Global("collections", "OrderedDict").Raw((byte)')').Call().Tuple().Call();
    }

    /// <summary>The archive, with a stop behind what was written so far.</summary>
    public string Save(string path)
    {
        Raw((byte)'.');
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add("data.pkl", [.. _code]);
        Add("byteorder", "little"u8.ToArray());
        foreach (var (key, data) in _storages)
            Add("data/" + key, data);
        return path;

        void Add(string name, byte[] content)
        {
            using var stream = archive.CreateEntry("archive/" + name, CompressionLevel.NoCompression).Open();
            stream.Write(content);
        }
    }
}
