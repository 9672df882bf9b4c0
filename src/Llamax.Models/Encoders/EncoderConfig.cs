using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Layers;
using Llamax.Runs;

namespace Llamax.Models.Encoders;

/// <summary>The shape of an XLM-RoBERTa encoder: everything config.json says that changes a result.</summary>
public sealed record EncoderConfig
{
    private static readonly string[] ModelTypes = ["xlm-roberta", "roberta"];

    // What does not change the hidden states that the weights compute; position_embedding_type is read.
    private static readonly HashSet<string> Ignored =
    [
        .. CausalConfigFile.Ignored,
        "architectures", "hidden_dropout_prob", "attention_probs_dropout_prob", "classifier_dropout", "output_past",
    ];

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Rows of the position table; the first token has the row <see cref="PadId"/> + 1, so fewer tokens fit.</summary>
    public required int PositionRows { get; init; }

    /// <summary>Rows of the token type table, of which the first alone is used.</summary>
    public int TokenTypes { get; init; } = 1;

    public string Activation { get; init; } = "gelu";

    public double NormEpsilon { get; init; } = 1e-5;

    public int PadId { get; init; } = 1;

    public int BosId { get; init; }

    public int EosId { get; init; } = 2;

    /// <summary>Longest text in tokens, begin and end token counted.</summary>
    public int MaxLength => PositionRows - PadId - 1;

    /// <summary>Reads a Hugging Face config.json.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static EncoderConfig FromJson(string path)
    {
        using var document = JsonFile.ReadObject(path);
        var keys = new ConfigKeys(path, document.RootElement);
        if (keys.Word("model_type") is var type && !ModelTypes.Contains(type))
            throw keys.Unsupported("model_type", type ?? "(nothing)", $"implemented are {string.Join(", ", ModelTypes)}");
        if (keys.Word("position_embedding_type") is not (null or "absolute") and var positions)
            throw keys.Unsupported("position_embedding_type", positions, "only absolute positions are implemented");
        var config = new EncoderConfig
        {
            HiddenSize = keys.Integer("hidden_size"),
            IntermediateSize = keys.Integer("intermediate_size"),
            Layers = keys.Integer("num_hidden_layers"),
            Heads = keys.Integer("num_attention_heads"),
            VocabularySize = keys.Integer("vocab_size"),
            PositionRows = keys.Integer("max_position_embeddings"),
            TokenTypes = keys.OptionalInteger("type_vocab_size") ?? 2,
            Activation = keys.Word("hidden_act") ?? "gelu",
            NormEpsilon = keys.Number("layer_norm_eps") ?? 1e-12,
            PadId = keys.OptionalInteger("pad_token_id") ?? 1,
            BosId = keys.OptionalInteger("bos_token_id") ?? 0,
            EosId = keys.OptionalInteger("eos_token_id") ?? 2,
        };
        keys.RefuseUnread(Ignored);
        OptionProblem.ThrowIfAny(path, config.Problems());
        return config;
    }

    /// <summary>The config.json that transformers loads.</summary>
    /// <param name="dtype">Name of the weights' type, for example <c>float16</c>.</param>
    public string ToJson(string dtype = "float32")
    {
        OptionProblem.ThrowIfAny("the model's config", Problems());
        return new JsonObject
        {
            ["architectures"] = new JsonArray("XLMRobertaModel"),
            ["model_type"] = "xlm-roberta",
            ["torch_dtype"] = dtype,
            ["vocab_size"] = VocabularySize,
            ["hidden_size"] = HiddenSize,
            ["num_hidden_layers"] = Layers,
            ["num_attention_heads"] = Heads,
            ["intermediate_size"] = IntermediateSize,
            ["hidden_act"] = Activation,
            ["max_position_embeddings"] = PositionRows,
            ["type_vocab_size"] = TokenTypes,
            ["layer_norm_eps"] = NormEpsilon,
            ["pad_token_id"] = PadId,
            ["bos_token_id"] = BosId,
            ["eos_token_id"] = EosId,
        }.ToJsonString(JsonFile.Indented) + "\n";
    }

    public IEnumerable<OptionProblem> Problems()
    {
        foreach (var (name, value) in new[]
        {
            ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize), ("num_hidden_layers", Layers),
            ("num_attention_heads", Heads), ("vocab_size", VocabularySize), ("max_position_embeddings", PositionRows),
            ("type_vocab_size", TokenTypes),
        })
        {
            if (value is < 1 or > 1 << 24)
                yield return new(name, value, "must be 1 to 16,777,216", "copy the value from the model's own config.json");
        }

        var count = OuterTensors().Concat(Block.Tensors()).Aggregate((Int128)0, (sum, tensor) => sum + (Layers * tensor.Length));
        if (count > (Int128)1 << 44)
        {
            yield return new("hidden_size", HiddenSize, "gives more than 2^44 parameters with the other sizes",
                "check the sizes in config.json");
        }

        if (Heads > 0 && HiddenSize % Heads != 0)
            yield return new("num_attention_heads", Heads, $"must divide hidden_size = {Text(HiddenSize)}", "use a divisor of it");
        if (!Activations.IsKnown(Activation))
            yield return new("hidden_act", Activation, "is not implemented", $"use one of {string.Join(", ", Activations.Names)}");
        if (!(NormEpsilon > 0 && NormEpsilon < 1))
            yield return new("layer_norm_eps", NormEpsilon, "must be between 0 and 1", "use 1e-5");
        foreach (var (name, id) in new[] { ("pad_token_id", PadId), ("bos_token_id", BosId), ("eos_token_id", EosId) })
        {
            if (id < 0 || id >= VocabularySize)
            {
                yield return new(name, id, $"must be 0 or more and below vocab_size = {Text(VocabularySize)}",
                    "use an id of the tokenizer");
            }
        }

        if (MaxLength < 1)
            yield return new("max_position_embeddings", PositionRows, "leaves no position behind pad_token_id", "use 514, as XLM-R");
    }

    /// <summary>The shape of every layer.</summary>
    internal BlockShape Block => new()
    {
        Names = EncoderTensorNames.Block,
        HiddenSize = HiddenSize,
        Heads = Heads,
        HeadSize = HiddenSize / Math.Max(Heads, 1),
        IntermediateSize = IntermediateSize,
        IsGated = false,
        HasBias = true,
        Norm = NormKind.Layer,
        NormBias = true,
        NormEpsilon = NormEpsilon,
        Activation = Activation,
        Scale = 1 / Math.Sqrt(HiddenSize / Math.Max(Heads, 1)),
    };

    /// <summary>Every learnt tensor; the pooler, which no hidden state passes, is none.</summary>
    internal IEnumerable<TensorShape> Tensors() => OuterTensors().Concat(Enumerable.Range(0, Layers).SelectMany(layer =>
        Block.Tensors().Select(tensor => tensor with { Name = EncoderTensorNames.Block.InLayer(layer, tensor.Name) })));

    private IEnumerable<TensorShape> OuterTensors() =>
    [
        new($"{EncoderTensorNames.Words}.weight", VocabularySize, HiddenSize),
        new($"{EncoderTensorNames.Positions}.weight", PositionRows, HiddenSize),
        new($"{EncoderTensorNames.Types}.weight", TokenTypes, HiddenSize),
        .. Block.NormTensors(EncoderTensorNames.EmbeddingNorm, HiddenSize),
    ];

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
