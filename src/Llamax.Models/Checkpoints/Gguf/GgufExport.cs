using Llamax.Models.Adapters;
using Llamax.Models.Causal;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>Writes a model as a GGUF file, which llama.cpp and what is built on it load.</summary>
internal static class GgufExport
{
    /// <summary>Reads one weight after another and writes it: memory for the largest of them suffices.</summary>
    /// <param name="model">What <see cref="CausalModel.Load"/> loads.</param>
    /// <param name="path">The file, which appears whole or not at all.</param>
    /// <param name="type">Of the matrices: F32, F16, BF16 or Q8_0. Norms and biases stay F32.</param>
    /// <param name="vocabulary">Null = <c>none</c>; with fewer tokens than the model has rows, unused ones are added.</param>
    /// <param name="adapter">A folder of PEFT, which is merged into the weights; null = none.</param>
    /// <exception cref="RequestException">The model or the adapter cannot be read, or llama.cpp does not have the family.</exception>
    public static void Write(string model, string path, GgufType type, GgufVocabulary? vocabulary = null, string? adapter = null)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(type is GgufType.F32 or GgufType.F16 or GgufType.BF16 or GgufType.Q8_0, false, nameof(type));
        var plan = GgufPlan.Of(model);
        using var checkpoint = new CheckpointFolder(model);
        var stored = plan.StoredNames.Locate(checkpoint, plan.Weights);
        using var merged = adapter is null ? null : LoraAdapter.Load(adapter, plan.Weights, ScalarType.Float32, CPU);
        Tensor Read(string name) => merged?.Merge(name, checkpoint.Read(stored[name])) ?? checkpoint.Read(stored[name]);
        var tensors = new List<GgufTensor>();
        if (plan.FrequencyDivisors is { } divisors)
            tensors.Add(new("rope_freqs.weight", [divisors.Length], GgufType.F32, () => tensor(divisors)));
        foreach (var (name, shape) in plan.Weights)
        {
            var (target, layout) = plan.Family.ToGguf(name) ?? throw new RequestException(
                $"the tensor {name} has no place in llama.cpp's {plan.Family.Name}", model, "export to another format");
            var sizes = layout == GgufLayout.Transposed ? [.. shape.Reverse()] : shape;
            tensors.Add(new(target, sizes, layout == GgufLayout.Exact ? GgufType.F32 : Stored(type, sizes), () => Arrange(Read(name), layout, plan)));
        }

        List<KeyValuePair<string, object>> keys =
        [
            new("general.architecture", plan.Family.Name),
            new("general.name", Path.GetFileNameWithoutExtension(Path.TrimEndingDirectorySeparator(path))),
            new("general.file_type", FileType(type)),
            new("general.quantization_version", 2u),
            .. plan.Keys,
            .. Fill(vocabulary ?? new(), plan, model).Keys(),
        ];
        GgufWriter.Write(path, keys, tensors);
    }

    /// <inheritdoc cref="GgufFile.IsGguf"/>
    public static bool IsGguf(string path) => GgufFile.IsGguf(path);

    /// <summary>The type that keeps the weights of a model as they are stored; F16 where they are quantised.</summary>
    /// <exception cref="RequestException">The model cannot be read.</exception>
    public static GgufType StoredType(string model)
    {
        using var checkpoint = new CheckpointFolder(model);
        var largest = checkpoint.Tensors.Select(tensor => tensor.Value).MaxBy(tensor => tensor.Elements);
        return largest?.Type switch { "F32" or "F64" => GgufType.F32, "BF16" => GgufType.BF16, _ => GgufType.F16 };
    }

    /// <summary>What llama.cpp will not do that the model does; null where it does everything.</summary>
    /// <exception cref="RequestException">The model cannot be read, or llama.cpp does not have the family.</exception>
    public static string? Loss(string model) => GgufPlan.Of(model).Loss;

    // As llama.cpp does where a row is no whole number of blocks.
    private static GgufType Stored(GgufType type, long[] shape) => shape.Length < 2 ? GgufType.F32
        : shape[^1] % GgufTypes.Block(type).Elements == 0 ? type : GgufType.F16;

    private static Tensor Arrange(Tensor value, GgufLayout layout, GgufPlan plan) => layout switch
    {
        GgufLayout.QueryPairs => GgufModel.ToNeighbours(value, plan.Heads),
        GgufLayout.KeyPairs => GgufModel.ToNeighbours(value, plan.KeyValueHeads),
        GgufLayout.Transposed => value.t(),
        _ => value,
    };

    private static GgufVocabulary Fill(GgufVocabulary vocabulary, GgufPlan plan, string model)
    {
        vocabulary = vocabulary with
        {
            BosId = vocabulary.BosId ?? plan.BosId,
            EosIds = plan.EosIds.Count > 0 ? plan.EosIds : vocabulary.EosIds,
            PadId = vocabulary.PadId ?? plan.PadId,
        };
        if (vocabulary.Model == "none" || vocabulary.Tokens.Count == plan.VocabularySize)
            return vocabulary;
        if (vocabulary.Tokens.Count > plan.VocabularySize)
        {
            throw new RequestException(
                $"the tokenizer has {vocabulary.Tokens.Count} tokens, the model only {plan.VocabularySize}", model,
                "put the model's own tokenizer into the folder, or export without one: --tokenizer none");
        }

        var unused = Enumerable.Range(vocabulary.Tokens.Count, plan.VocabularySize - vocabulary.Tokens.Count).ToList();
        return vocabulary with
        {
            Tokens = [.. vocabulary.Tokens, .. unused.Select(id => string.Create(null, $"[PAD{id}]"))],
            Scores = vocabulary.Scores.Count == 0 ? [] : [.. vocabulary.Scores, .. unused.Select(_ => -1000f)],
            Types = [.. vocabulary.Types, .. unused.Select(_ => 5)],
        };
    }

    // llama.cpp's numbers for what most of a file is (llama_ftype).
    private static uint FileType(GgufType type) => type switch
    {
        GgufType.F32 => 0,
        GgufType.F16 => 1,
        GgufType.Q8_0 => 7,
        _ => 32,
    };
}
