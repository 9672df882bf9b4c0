using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.TorchZip;

/// <summary>
/// A file of torch.save since torch 1.6 (<c>.bin</c>, <c>.pt</c>, <c>.ckpt</c>): a zip archive with a pickle and one file per storage. The
/// weights may be the whole, or lie below the key under which Lightning (<c>state_dict</c>) or fairseq (<c>model</c>) keeps them.
/// </summary>
internal sealed class TorchZipFile : ITensorFile
{
    private const int LongestPickle = 1 << 28;
    private const int DeepestDictionary = 4;
    private const string ParallelPrefix = "module.";   // of torch's DataParallel, which wraps a model for training

    private static readonly string[] WeightKeys = ["state_dict", "model", "module", "model_state_dict"];

    private readonly MappedFile _file;
    private readonly Dictionary<string, PickledTensor> _places = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (long Begin, long Length)> _storages;
    private readonly string _folder;

    /// <exception cref="RequestException">Not a whole file of torch.save, or one that names what is not on the allow-list.</exception>
    public TorchZipFile(string path)
    {
        _file = new MappedFile(path);
        try
        {
            if (!Begins("PK"u8))
            {
                throw new RequestException(
                    Begins([0x80]) ? "a file of torch.save from before torch 1.6" : "this is no file of torch.save", path,
                    "save it again with a current torch, or as safetensors");
            }

            _storages = ZipDirectory.Read(_file);
            var pickle = _storages.Keys.FirstOrDefault(name => name.EndsWith("/data.pkl", StringComparison.Ordinal))
                ?? throw new RequestException("an archive without data.pkl", path, "name a file of torch.save");
            _folder = pickle[..^"data.pkl".Length];
            RequireLittleEndian();
            var (begin, length) = _storages[pickle];
            if (length > LongestPickle)
                throw new RequestException($"data.pkl has {length} bytes, and at most {LongestPickle} are read", path, "save the weights alone");
            var weights = Weights(PickleMachine.Run(_file.Bytes(begin, (int)length).ToArray(), path));
            Collect(weights, "", 0, new(ReferenceEqualityComparer.Instance));
            Tensors = Describe();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Path => _file.Path;

    public string Format => "torch.save";

    public IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    public void CopyTo(string name, Tensor target)
    {
        var place = _places[name];
        var type = place.Storage.Type;
        var begin = _storages[_folder + "data/" + place.Storage.Key].Begin + (place.Offset * SafetensorsTypes.Size(type));
        if (IsContiguous(place))
        {
            _file.CopyTo(begin, type, target);
            return;
        }

        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var reach = empty(Reach(place)!.Value, type);
        _file.CopyTo(begin, type, reach);
        target.copy_(reach.as_strided(place.Shape, place.Strides));
    }

    public void Dispose() => _file.Dispose();

    private bool Begins(ReadOnlySpan<byte> mark) => _file.Length >= mark.Length && _file.Bytes(0, mark.Length).SequenceEqual(mark);

    private void RequireLittleEndian()
    {
        if (_storages.TryGetValue(_folder + "byteorder", out var order) && order.Length < 16
            && !_file.Bytes(order.Begin, (int)order.Length).SequenceEqual("little"u8))
        {
            throw new RequestException("its numbers are big-endian", Path, "save it again on a little-endian machine");
        }
    }

    private PickledDictionary Weights(object? root)
    {
        if (root is not PickledDictionary whole)
            throw new RequestException("the pickle is no dictionary of tensors", Path, "save the weights alone: torch.save(model.state_dict(), …)");
        if (whole.Items.Any(item => item.Value is PickledTensor))
            return whole;
        return WeightKeys.Select(whole.Find).OfType<PickledDictionary>().FirstOrDefault() ?? throw new RequestException(
            $"the pickle has no tensors, and no dictionary under {string.Join(", ", WeightKeys)}", Path,
            "save the weights alone: torch.save(model.state_dict(), …)");
    }

    private void Collect(PickledDictionary dictionary, string prefix, int depth, HashSet<object> seen)
    {
        if (depth > DeepestDictionary || !seen.Add(dictionary))
            throw new RequestException($"the dictionary under {prefix} contains itself, or too many others", Path, "save the weights alone");
        foreach (var (key, value) in dictionary.Items)
        {
            var name = prefix + key;
            if (value is PickledTensor tensor && !_places.TryAdd(name, tensor))
                throw new RequestException($"the tensor {name} is there twice", Path, "save the weights alone");
            if (value is PickledDictionary inner)
                Collect(inner, name + ".", depth + 1, seen);
        }
    }

    private Dictionary<string, StoredTensor> Describe()
    {
        if (_places.Count > 0 && _places.Keys.All(name => name.StartsWith(ParallelPrefix, StringComparison.Ordinal)))
        {
            var places = _places.ToList();
            _places.Clear();
            foreach (var (name, place) in places)
                _places.Add(name[ParallelPrefix.Length..], place);
        }

        return _places.ToDictionary(pair => pair.Key, pair => Describe(pair.Key, pair.Value), StringComparer.Ordinal);
    }

    private StoredTensor Describe(string name, PickledTensor tensor)
    {
        var (storage, size) = (tensor.Storage, SafetensorsTypes.Size(tensor.Storage.Type));
        if (!_storages.TryGetValue(_folder + "data/" + storage.Key, out var stored))
            throw Wrong($"the tensor {name} lies in the storage {storage.Key}, which is not in the archive");
        if (storage.Elements > stored.Length / size)
            throw Wrong($"the tensor {name} needs a storage of {storage.Elements} elements, and data/{storage.Key} has {stored.Length} bytes");
        if (ClaimedSizes.Elements(tensor.Shape) is not { } elements || Reach(tensor) is not { } reach
            || elements > storage.Elements || tensor.Offset > storage.Elements - reach)
        {
            throw Wrong(
                $"the tensor {name} of shape [{string.Join(", ", tensor.Shape)}] reaches beyond its storage of {storage.Elements} elements");
        }

        return new(SafetensorsTypes.Name(storage.Type), tensor.Shape, elements * size, storage.Type);
    }

    // Elements from the first to behind the last; null where 63 bits do not hold them.
    private static long? Reach(PickledTensor tensor)
    {
        if (tensor.Shape.Contains(0))
            return 0;
        Int128 last = 0;
        foreach (var (size, stride) in tensor.Shape.Zip(tensor.Strides))
            last += (Int128)(size - 1) * stride;
        return last < long.MaxValue ? (long)last + 1 : null;
    }

    private static bool IsContiguous(PickledTensor tensor)
    {
        var expected = 1L;
        for (var i = tensor.Shape.Length - 1; i >= 0; i--)
        {
            if (tensor.Shape[i] != 1 && tensor.Strides[i] != expected)
                return false;
            expected *= tensor.Shape[i];
        }

        return true;
    }

    private RequestException Wrong(string what) => new(what, Path, "download or write the file again; it is cut off or damaged");
}
