using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.Checkpoints.TorchZip;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>
/// The weights of a model: a Hugging Face folder with <c>model.safetensors</c> or <c>pytorch_model.bin</c>, whole or in numbered shards
/// with an index, or one file of weights: safetensors, torch.save or GGUF.
/// </summary>
internal sealed class CheckpointFolder : IDisposable
{
    private const string Single = "model.safetensors";
    private const string Index = "model.safetensors.index.json";
    private const string TorchSingle = "pytorch_model.bin";
    private const string TorchIndex = "pytorch_model.bin.index.json";

    private readonly List<ITensorFile> _files = [];
    private readonly Dictionary<string, ITensorFile> _owners = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _ties = new(StringComparer.Ordinal);
    private readonly string _path;

    /// <param name="path">A folder or a file.</param>
    /// <exception cref="RequestException">A file is missing or broken.</exception>
    public CheckpointFolder(string path)
    {
        _path = path;
        if (!Path.Exists(path))
            throw new RequestException("the model does not exist", path, "name a folder with config.json and weights, or a GGUF file");
        try
        {
            string? First(params string[] names) => names.FirstOrDefault(name => File.Exists(Path.Combine(path, name)));
            if (File.Exists(path))
                Open(path);
            else if (First(Single) is { } single)
                Open(Path.Combine(path, single));
            else if (First(Index, TorchIndex) is { } index && First(TorchSingle) is null)
                OpenShards(index);
            else if (First(TorchSingle) is { } old)
                Open(Path.Combine(path, old));
            else
                throw new RequestException(
                    $"none of {Single}, {Index}, {TorchSingle} and {TorchIndex} is there", path, "name the folder or the file with the weights");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whole, or shards.</summary>
    public IReadOnlyList<ITensorFile> Files => _files;

    /// <summary>Every stored tensor by its name.</summary>
    public IEnumerable<KeyValuePair<string, StoredTensor>> Tensors =>
        _owners.Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Tensors[pair.Key]));

    /// <summary>Whether a tensor of this name is stored.</summary>
    public bool Has(string name) => _owners.ContainsKey(name);

    /// <summary>Compares what is stored with what a model needs, before any memory is asked for.</summary>
    /// <param name="wanted">Every tensor that the model has.</param>
    /// <param name="isOptional">Stored tensors that the model does not have and does not miss.</param>
    /// <exception cref="RequestException">A tensor is missing, unexpected, of another shape, or not a floating-point one.</exception>
    public void Check(IReadOnlyList<(string Name, long[] Shape)> wanted, Func<string, bool> isOptional)
    {
        foreach (var (name, _) in wanted)
            FollowTies(name);
        CheckNames(wanted.Select(t => t.Name).ToHashSet(StringComparer.Ordinal), isOptional);
        foreach (var (name, shape) in wanted)
            CheckEntry(name, shape);
    }

    /// <summary>Copies a stored tensor into <paramref name="target"/>, contiguous and of the same shape, converting its type.</summary>
    public void CopyTo(string name, Tensor target)
    {
        name = _ties.GetValueOrDefault(name, name);
        _owners[name].CopyTo(name, target);
    }

    /// <summary>A stored tensor in its own type (quantised ones as float32); the caller disposes it.</summary>
    public Tensor Read(string name)
    {
        var origin = _ties.GetValueOrDefault(name, name);
        var stored = _owners[origin].Tensors[origin];
        var value = empty(stored.Shape, stored.Element);
        CopyTo(name, value);
        return value;
    }

    /// <summary>
    /// Writes the weights in order, starting a new shard before one would pass <paramref name="maxShardBytes"/>, and removes the
    /// weight files of an earlier save with another number of shards.
    /// </summary>
    public static void Write(string folder, IReadOnlyList<(string Name, Tensor Value)> tensors, ScalarType dtype, long maxShardBytes) =>
        Write(folder, TensorToWrite.Of(tensors, dtype), maxShardBytes);

    /// <inheritdoc cref="Write(string, IReadOnlyList{ValueTuple{string, Tensor}}, ScalarType, long)"/>
    public static void Write(string folder, IReadOnlyList<TensorToWrite> tensors, long maxShardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxShardBytes);
        var shards = new List<List<TensorToWrite>> { new() };
        var (filled, total) = (0L, 0L);
        foreach (var tensor in tensors)
        {
            if (filled > 0 && filled + tensor.Bytes > maxShardBytes)
            {
                shards.Add([]);
                filled = 0;
            }

            shards[^1].Add(tensor);
            filled += tensor.Bytes;
            total += tensor.Bytes;
        }

        var written = new HashSet<string>(StringComparer.Ordinal);
        var map = new JsonObject();
        for (var i = 0; i < shards.Count; i++)
        {
            var name = shards.Count == 1 ? Single
                : string.Create(CultureInfo.InvariantCulture, $"model-{i + 1:D5}-of-{shards.Count:D5}.safetensors");
            SafetensorsWriter.Write(Path.Combine(folder, name), shards[i]);
            written.Add(name);
            foreach (var tensor in shards[i])
                map[tensor.Name] = name;
        }

        if (shards.Count > 1)
        {
            var index = new JsonObject { ["metadata"] = new JsonObject { ["total_size"] = total }, ["weight_map"] = map };
            AtomicFile.WriteAllText(Path.Combine(folder, Index), index.ToJsonString(JsonFile.Indented) + "\n");
            written.Add(Index);
        }

        foreach (var old in Directory.EnumerateFiles(folder, "model-*-of-*.safetensors")
            .Append(Path.Combine(folder, Single)).Append(Path.Combine(folder, Index)).ToList())
        {
            if (!written.Contains(Path.GetFileName(old)))
                File.Delete(old);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    private void Open(string path)
    {
        var file = OpenFile(path);
        _files.Add(file);
        foreach (var tensor in file.Tensors.Keys)
        {
            if (!_owners.TryAdd(tensor, file))
                throw new RequestException(
                    $"the tensor {tensor} is also in {_owners[tensor].Path}", file.Path, "keep one of the two shards");
        }
    }

    // What a file is, its first bytes tell: names are only customary.
    private static ITensorFile OpenFile(string path)
    {
        Span<byte> start = stackalloc byte[4];
        if (!File.Exists(path))
            return new SafetensorsFile(path);   // says that it is not there
        using (var stream = File.OpenRead(path))
            start = start[..stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false)];
        if (start.SequenceEqual("GGUF"u8))
            return new GgufModel(path);
        var isPickle = start is [0x80, 2, ..] && !path.EndsWith(".safetensors", StringComparison.Ordinal);
        return start.StartsWith("PK"u8) || isPickle ? new TorchZipFile(path) : new SafetensorsFile(path);
    }

    private void OpenShards(string index)
    {
        var path = Path.Combine(_path, index);
        using var document = JsonFile.ReadObject(path);
        if (!document.RootElement.TryGetProperty("weight_map", out var map) || map.ValueKind != JsonValueKind.Object)
            throw new RequestException("weight_map is missing", path, "download the index again");
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var entry in map.EnumerateObject())
        {
            var file = entry.Value.ValueKind == JsonValueKind.String ? entry.Value.GetString()! : "";
            // A file name and nothing else: an index must not reach outside its folder.
            if (file.Length == 0 || file != Path.GetFileName(file) || file is "." or ".." || file.Contains('\\', StringComparison.Ordinal))
            {
                throw new RequestException(
                    $"the tensor {entry.Name} is said to be in \"{file}\", which is no file name", path, "download the index again");
            }

            files.Add(file);
        }

        foreach (var file in files)
            Open(Path.Combine(_path, file));
        foreach (var entry in map.EnumerateObject())
        {
            if (!_owners.TryGetValue(entry.Name, out var owner) || Path.GetFileName(owner.Path) != entry.Value.GetString())
            {
                throw new RequestException(
                    $"the tensor {entry.Name} is not in {entry.Value.GetString()}", path, "download the shards again");
            }
        }
    }

    private void CheckNames(HashSet<string> wanted, Func<string, bool> isOptional)
    {
        var missing = wanted.Where(name => !_owners.ContainsKey(_ties.GetValueOrDefault(name, name))).Order(StringComparer.Ordinal).ToList();
        var unexpected = _owners.Keys.Where(name => !wanted.Contains(name) && !isOptional(name)).Order(StringComparer.Ordinal).ToList();
        if (missing.Count == 0 && unexpected.Count == 0)
            return;
        var parts = new List<string>();
        if (missing.Count > 0)
            parts.Add($"{Count(missing)} missing ({Names(missing)})");
        if (unexpected.Count > 0)
            parts.Add($"{unexpected.Count} unexpected ({Names(unexpected)})");
        var mend = unexpected.Any(name => name.Contains("lora_", StringComparison.Ordinal))
            ? "merge the adapter into the model first"
            : missing is ["lm_head.weight"]
                ? "set tie_word_embeddings to true in config.json if the head is the embedding"
                : "use the config.json that belongs to these weights";
        throw new RequestException(string.Join(", ", parts), _path, mend);
    }

    // From a name that was left out to the one that stands for it.
    private void FollowTies(string name)
    {
        var chain = new List<string> { name };
        while (!_owners.ContainsKey(chain[^1]) && _files.FirstOrDefault(file => file.Ties.ContainsKey(chain[^1])) is { } file)
        {
            var next = file.Ties[chain[^1]];
            if (chain.Contains(next))
            {
                throw new RequestException(
                    $"the tensor {name} is tied in a circle: {string.Join(" → ", chain)} → {next}", file.Path,
                    "save the model again with one name stored");
            }

            chain.Add(next);
        }

        if (chain.Count > 1 && _owners.ContainsKey(chain[^1]))
            _ties[name] = chain[^1];
    }

    private void CheckEntry(string name, long[] shape)
    {
        var origin = _ties.GetValueOrDefault(name, name);
        var file = _owners[origin];
        var entry = file.Tensors[origin];
        if (!entry.Shape.AsSpan().SequenceEqual(shape))
        {
            throw new RequestException(
                $"the tensor {name} has the shape [{string.Join(", ", entry.Shape)}], "
                + $"and config.json asks for [{string.Join(", ", shape)}]",
                file.Path, "use the config.json that belongs to these weights");
        }

        if (!entry.IsFloatingPoint)
        {
            throw new RequestException(
                $"the tensor {name} has the element type {entry.Type}, and weights are F32, F16, BF16 or F64",
                file.Path, "use an unquantised model");
        }
    }

    private static string Count(List<string> names) => names.Count == 1 ? "1 tensor" : $"{names.Count} tensors";

    private static string Names(List<string> names) => string.Join(", ", names.Take(3)) + (names.Count > 3 ? ", …" : "");
}
