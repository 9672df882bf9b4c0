using System.Text.Json.Nodes;
using Llamax.Models.Adapters;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.Layers;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>Writes a model, in whatever format it lies, as config.json and safetensors, which transformers and vLLM load.</summary>
public static class HuggingFaceExport
{
    /// <summary>Reads one weight after another and writes it: memory for the largest of them suffices.</summary>
    /// <param name="model">A model folder, a file of weights with its config.json beside it, or a GGUF file.</param>
    /// <param name="folder">Made where it is missing. Tokenizer files are the caller's.</param>
    /// <param name="type">Type of the weights; null = as they are stored (blocks of quantised weights become float32).</param>
    /// <param name="maxShardBytes">Weights beyond this are split into numbered shards.</param>
    /// <param name="adapter">A folder of PEFT, which is merged into the weights; null = none.</param>
    /// <exception cref="RequestException">The model cannot be read, or the adapter is for another one.</exception>
    public static void Write(
        string model, string folder, ScalarType? type = null, long maxShardBytes = 5_000_000_000, string? adapter = null)
    {
        var config = ReadConfig(model);
        using var checkpoint = new CheckpointFolder(model);
        using var merged = adapter is null ? null : LoraAdapter.Load(
            adapter, [.. checkpoint.Tensors.Select(tensor => new TensorShape(tensor.Key, tensor.Value.Shape))], ScalarType.Float32, CPU);
        var tensors = new List<TensorToWrite>();
        foreach (var (name, stored) in checkpoint.Tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal))
        {
            tensors.Add(new(
                name, stored.Shape, stored.IsFloatingPoint ? type ?? stored.Element : stored.Element,
                () => merged?.Merge(name, checkpoint.Read(name)) ?? checkpoint.Read(name)));
        }

        if (tensors.Where(tensor => tensor.Shape.Length > 1).MaxBy(tensor => tensor.Bytes) is { } largest)
            config[config.ContainsKey("dtype") ? "dtype" : "torch_dtype"] = SafetensorsTypes.ConfigName(largest.Type);
        CheckpointFolder.Write(folder, tensors, maxShardBytes);
        AtomicFile.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString(JsonFile.Indented) + "\n");
    }

    /// <summary>The config.json of a model, every key of it.</summary>
    internal static JsonObject ReadConfig(string model)
    {
        if (GgufFile.IsGguf(model))
        {
            using var file = new GgufModel(model);
            return file.Config;
        }

        var path = Path.Combine(Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!, "config.json");
        using var document = JsonFile.ReadObject(path);
        return JsonObject.Create(document.RootElement.Clone())!;
    }
}
