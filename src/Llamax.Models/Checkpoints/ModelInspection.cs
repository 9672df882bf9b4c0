using System.Text.Json.Nodes;
using Llamax.Models.Adapters;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.EncoderDecoder;
using Llamax.Runs;

namespace Llamax.Models.Checkpoints;

/// <summary>A tensor of a model on disk.</summary>
/// <param name="Name">Hugging Face's name.</param>
/// <param name="Type">As the file spells it: F32, BF16, Q4_K.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Bytes">In the file.</param>
/// <param name="File">The name of the file.</param>
public sealed record InspectedTensor(string Name, string Type, IReadOnlyList<long> Shape, long Bytes, string File);

/// <summary>What a model needs in memory with one type of weights.</summary>
/// <param name="Type">f32, bf16, f16.</param>
/// <param name="WeightBytes">All weights; a tied head counts once.</param>
/// <param name="CacheBytesPerToken">Keys and values of one token of one hypothesis; null where the config does not tell.</param>
public sealed record MemoryNeed(string Type, long WeightBytes, long? CacheBytesPerToken);

/// <summary>What a model on disk is, as far as its headers tell: no weight is read.</summary>
public sealed record ModelInspection
{
    /// <summary><c>Hugging Face folder</c>, <c>safetensors</c>, <c>torch.save</c>, <c>GGUF</c> or <c>LoRA adapter</c>.</summary>
    public required string Format { get; init; }

    /// <summary>The entry of <c>architectures</c>; null where there is no config.json.</summary>
    public string? Architecture { get; init; }

    /// <summary>The config.json, or what a GGUF file says in its place; null where there is none.</summary>
    public JsonObject? Config { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<InspectedTensor> Tensors { get; init; }

    /// <summary>Whether the output weight is the embedding itself; null where nothing tells.</summary>
    public bool? TiedHead { get; init; }

    /// <summary>Of an adapter alone.</summary>
    public LoraConfig? Adapter { get; init; }

    /// <summary>What the vocabulary inside of a GGUF file is: llama, gpt2, t5 or none; null elsewhere.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>With each type of weights; empty for an adapter.</summary>
    public required IReadOnlyList<MemoryNeed> Memory { get; init; }

    /// <summary>Numbers in all tensors.</summary>
    public long Parameters => Tensors.Sum(Elements);

    /// <summary>Bytes of all tensors in their files.</summary>
    public long StoredBytes => Tensors.Sum(tensor => tensor.Bytes);

    /// <summary>Rows of the embedding; null where nothing tells.</summary>
    public int? VocabularySize => Config?["vocab_size"] is JsonValue value && value.TryGetValue<int>(out var size) ? size : null;

    /// <summary>Tensors, numbers and bytes by type, the most bytes first.</summary>
    public IReadOnlyList<(string Type, int Tensors, long Elements, long Bytes)> Types =>
        [.. Tensors.GroupBy(tensor => tensor.Type)
            .Select(group => (group.Key, group.Count(), group.Sum(Elements), group.Sum(tensor => tensor.Bytes)))
            .OrderByDescending(row => row.Item4).ThenBy(row => row.Key, StringComparer.Ordinal)];

    /// <summary>Reads the headers of a model.</summary>
    /// <param name="path">A model folder, an adapter's folder, or a file of weights.</param>
    /// <exception cref="RequestException">Nothing is there, or a header is damaged.</exception>
    public static ModelInspection Read(string path)
    {
        if (File.Exists(Path.Combine(path, LoraConfig.FileName)) && !File.Exists(Path.Combine(path, "config.json")))
            return ReadAdapter(path);
        using var checkpoint = new CheckpointFolder(path);
        var tensors = Describe(checkpoint);
        var config = ReadConfig(path);
        var architecture = (config?["architectures"] as JsonArray)?.FirstOrDefault()?.ToString() ?? config?["model_type"]?.ToString();
        var (cache, tied) = Shape(path, config);
        return new()
        {
            Format = Directory.Exists(path) ? "Hugging Face folder" : checkpoint.Files[0].Format,
            Architecture = architecture,
            Config = config,
            Tensors = tensors,
            TiedHead = tied,
            Tokenizer = GgufFile.IsGguf(path) ? GgufVocabulary.Read(path).Model : null,
            Memory = [.. new[] { ("f32", 4), ("bf16", 2), ("f16", 2) }.Select(type =>
                new MemoryNeed(type.Item1, tensors.Sum(Elements) * type.Item2, cache * type.Item2))],
        };
    }

    private static ModelInspection ReadAdapter(string path)
    {
        var config = LoraConfig.Read(path);
        using var checkpoint = LoraAdapter.OpenWeights(path);
        return new() { Format = "LoRA adapter", Adapter = config, Tensors = Describe(checkpoint), Memory = [] };
    }

    private static long Elements(InspectedTensor tensor) => tensor.Shape.Aggregate(1L, (product, size) => product * size);

    private static List<InspectedTensor> Describe(CheckpointFolder checkpoint) =>
        [.. checkpoint.Files.SelectMany(file => file.Tensors.Select(tensor => new InspectedTensor(
                tensor.Key, tensor.Value.Type, tensor.Value.Shape, tensor.Value.Bytes, Path.GetFileName(file.Path))))
            .OrderBy(tensor => tensor.Name, StringComparer.Ordinal)];

    private static JsonObject? ReadConfig(string path)
    {
        if (GgufFile.IsGguf(path))
        {
            using var file = new GgufModel(path);
            return JsonNode.Parse(file.Config.ToJsonString())!.AsObject();   // as if it had been read
        }

        var config = Path.Combine(Directory.Exists(path) ? path : Path.GetDirectoryName(Path.GetFullPath(path))!, "config.json");
        if (!File.Exists(config))
            return null;
        using var document = JsonFile.ReadObject(config);
        return JsonObject.Create(document.RootElement.Clone());
    }

    // Numbers of keys and values per token, and whether the head is tied, for the families that Llamax computes.
    private static (long? CachePerToken, bool? TiedHead) Shape(string path, JsonObject? config)
    {
        var named = (config?["architectures"] as JsonArray)?.FirstOrDefault()?.ToString();
        if (CausalArchitecture.All.Any(family => family.Name == named))
        {
            var causal = CausalConfig.Read(path);
            return (2L * causal.Layers * causal.KeyValueHeads * causal.HeadSize, causal.TiedHead);
        }

        if (EncoderDecoderArchitecture.All.Any(family => family.Name == named))
        {
            var both = EncoderDecoderConfig.Read(path);
            var head = both.HeadSize ?? both.HiddenSize / both.DecoderHeads;
            return (2L * both.DecoderLayers * both.DecoderHeads * head, both.TiedHead);
        }

        return (null, null);
    }
}
