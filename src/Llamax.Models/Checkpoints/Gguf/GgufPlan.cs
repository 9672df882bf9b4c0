using Llamax.Models.Causal;
using Llamax.Models.EncoderDecoder;
using Llamax.Models.Layers;
using Llamax.Runs;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>What an export needs to know of a model, whatever its family.</summary>
internal sealed record GgufPlan
{
    // llama.cpp has this distance in its code, not in the file.
    public const int RelativeMaxDistance = 128;

    public required GgufFamily Family { get; init; }

    /// <summary>Without those of the vocabulary.</summary>
    public required IReadOnlyList<KeyValuePair<string, object>> Keys { get; init; }

    public required IReadOnlyList<TensorShape> Weights { get; init; }

    public required CheckpointNames StoredNames { get; init; }

    public required int Heads { get; init; }

    public required int KeyValueHeads { get; init; }

    public required int VocabularySize { get; init; }

    public int? BosId { get; init; }

    public required IReadOnlyList<int> EosIds { get; init; }

    public int? PadId { get; init; }

    /// <inheritdoc cref="GgufConfig.FrequencyDivisors"/>
    public float[]? FrequencyDivisors { get; init; }

    /// <summary>What llama.cpp will not do that the model does; null where it does everything.</summary>
    public string? Loss { get; init; }

    /// <exception cref="RequestException">The model cannot be read, or llama.cpp does not have its family.</exception>
    public static GgufPlan Of(string model)
    {
        var folder = Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!;
        var config = Path.Combine(folder, "config.json");
        var isEncoderDecoder = GgufFile.IsGguf(model) ? GgufConfig.IsEncoderDecoder(model) : EncoderDecoderConfig.Describes(config);
        return isEncoderDecoder ? Of(EncoderDecoderConfig.Read(model), model) : Of(CausalConfig.Read(model), model);
    }

    private static GgufPlan Of(CausalConfig config, string model)
    {
        var family = Find(config.Architecture, model);
        if (family.Name == "gpt2" && config.Activation is not ("gelu_new" or "gelu_fast" or "gelu_pytorch_tanh"))
            throw Unlike(model, $"computes gelu_new, and the model {config.Activation}");
        if (family.Name == "command-r" && config.QueryKeyValueBias)
            throw Unlike(model, "has no biases in attention");
        return new()
        {
            Family = family,
            Keys = GgufConfig.Write(config, family),
            Weights = [.. config.Tensors()],
            StoredNames = config.StoredNames(),
            Heads = config.Heads,
            KeyValueHeads = config.KeyValueHeads,
            VocabularySize = config.VocabularySize,
            BosId = config.BosId,
            EosIds = config.EosIds,
            PadId = config.PadId,
            FrequencyDivisors = GgufConfig.FrequencyDivisors(config),
            Loss = config.SlidingWindow is { } window && window < config.MaxPositions
                ? $"llama.cpp attends over everything where this model sees {window} tokens: longer texts give other results there"
                : null,
        };
    }

    private static GgufPlan Of(EncoderDecoderConfig config, string model)
    {
        var family = Find(config.Architecture, model);
        if (config.TiedHead)
            throw Unlike(model, "has no scale for the logits of a T5 whose head is its embedding");
        if (config.IsGated ? config.Activation != "gelu_new" : config.Activation != "relu")
            throw Unlike(model, $"computes gated-gelu or relu, and the model {config.Activation}");
        if (config.DecoderLayers > config.EncoderLayers)
            throw Unlike(model, $"has room for {config.EncoderLayers} decoder layers, as many as encoder layers, and the model has {config.DecoderLayers}");
        return new()
        {
            Family = family,
            Keys = GgufConfig.Write(config, family),
            Weights = [.. config.Tensors()],
            StoredNames = config.StoredNames(),
            Heads = config.EncoderHeads,
            KeyValueHeads = config.EncoderHeads,
            VocabularySize = config.VocabularySize,
            BosId = config.BosId,
            EosIds = config.EosIds,
            PadId = config.PadId,
            Loss = config.RelativeMaxDistance == RelativeMaxDistance ? null
                : $"llama.cpp tells distances up to {RelativeMaxDistance} tokens apart, this model up to {config.RelativeMaxDistance}: "
                + "texts of more than a few tokens give other results there",
        };
    }

    private static GgufFamily Find(string architecture, string model) =>
        GgufFamily.All.FirstOrDefault(row => row.HuggingFace == architecture)
        ?? throw new RequestException($"llama.cpp has no family for {architecture}", model, "export to another format");

    private static RequestException Unlike(string model, string what) =>
        new($"llama.cpp's family {what}", model, "use the model in Hugging Face's format: --format hf");
}
