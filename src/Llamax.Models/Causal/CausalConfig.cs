using System.Globalization;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Runs;

namespace Llamax.Models.Causal;

/// <summary>The shape of a decoder-only transformer: everything config.json says that changes a result.</summary>
public sealed record CausalConfig
{
    /// <summary>The entry of <c>architectures</c> in config.json: LlamaForCausalLM, MistralForCausalLM or Qwen2ForCausalLM.</summary>
    public string Architecture { get; init; } = "LlamaForCausalLM";

    public required int HiddenSize { get; init; }

    /// <summary>Width of the SwiGLU layer.</summary>
    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    /// <summary>Query heads.</summary>
    public required int Heads { get; init; }

    /// <summary>Key/value heads; divides <see cref="Heads"/>. Equal = multi-head, 1 = multi-query attention.</summary>
    public required int KeyValueHeads { get; init; }

    /// <summary>Width of one head, even; need not be <see cref="HiddenSize"/> / <see cref="Heads"/>.</summary>
    public required int HeadSize { get; init; }

    public required int VocabularySize { get; init; }

    /// <summary>Longest sequence the model was made for, in tokens.</summary>
    public int MaxPositions { get; init; } = 2048;

    public double RopeTheta { get; init; } = 10000;

    /// <summary>Null = none.</summary>
    public RopeScaling? RopeScaling { get; init; }

    /// <summary>ε of the RMS norms.</summary>
    public double NormEpsilon { get; init; } = 1e-6;

    /// <summary>Whether the output weight is the embedding itself.</summary>
    public bool TiedHead { get; init; }

    public bool QueryKeyValueBias { get; init; }

    public bool AttentionOutputBias { get; init; }

    /// <summary>A token sees itself and the window − 1 tokens before it; null = all before it.</summary>
    public int? SlidingWindow { get; init; }

    public int? BosId { get; init; }

    /// <summary>Every id that ends a sequence; the first is the one to write.</summary>
    public IReadOnlyList<int> EosIds { get; init; } = [];

    public int? PadId { get; init; }

    /// <summary>Reads a Hugging Face config.json.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static CausalConfig FromJson(string path) => CausalConfigFile.Read(path);

    /// <summary>What a model on disk says of itself: the config.json of a folder or beside a file, or the keys of a GGUF file.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static CausalConfig Read(string model) => GgufFile.IsGguf(model)
        ? CausalConfigFile.ReadGguf(model)
        : FromJson(Path.Combine(Directory.Exists(model) ? model : Path.GetDirectoryName(Path.GetFullPath(model))!, "config.json"));

    /// <summary>The config.json that transformers loads.</summary>
    /// <param name="dtype">Name of the weights' type, for example <c>bfloat16</c>.</param>
    public string ToJson(string dtype = "float32") => CausalConfigFile.Write(this, dtype);

    /// <summary>Learnt numbers; a tied head counts once.</summary>
    public long ParameterCount() => (long)ExactParameterCount();

    // A hostile file can ask for more than 64 bits hold.
    private Int128 ExactParameterCount()
    {
        Int128 hidden = HiddenSize, query = (Int128)Heads * HeadSize, keyValue = (Int128)KeyValueHeads * HeadSize;
        var layer = (2 * hidden * query) + (2 * hidden * keyValue) + (3 * hidden * IntermediateSize) + (2 * hidden)
            + (QueryKeyValueBias ? query + (2 * keyValue) : 0) + (AttentionOutputBias ? hidden : 0);
        return (Layers * layer) + ((TiedHead ? 1 : 2) * hidden * VocabularySize) + hidden;
    }

    public IEnumerable<OptionProblem> Problems()
    {
        if (CausalArchitecture.All.FirstOrDefault(a => a.Name == Architecture) is not { } family)
        {
            yield return new("architectures", Architecture, "is not supported",
                $"use a model of {string.Join(", ", CausalArchitecture.All.Select(a => a.Name))}");
        }
        else
        {
            // What the family's config.json cannot say would be lost when the model is saved.
            if (SlidingWindow is not null && !family.HasWindow)
                yield return new("sliding_window", SlidingWindow, $"is not read by {Architecture}", "leave it out");
            if (QueryKeyValueBias != (family.QueryKeyValueBias ?? AttentionOutputBias)
                || (AttentionOutputBias && family.QueryKeyValueBias is not null))
            {
                yield return new("attention_bias", QueryKeyValueBias, $"is another for query, key, value or output in {Architecture}",
                    "give all four a bias or none as the architecture does");
            }
        }

        foreach (var (name, value) in new[]
        {
            ("hidden_size", HiddenSize), ("intermediate_size", IntermediateSize), ("num_hidden_layers", Layers),
            ("num_attention_heads", Heads), ("num_key_value_heads", KeyValueHeads), ("head_dim", HeadSize),
            ("vocab_size", VocabularySize), ("max_position_embeddings", MaxPositions),
        })
        {
            if (value is < 1 or > 1 << 24)
                yield return new(name, value, "must be 1 to 16,777,216", "copy the value from the model's own config.json");
        }

        if (ExactParameterCount() > (Int128)1 << 44)
        {
            yield return new("hidden_size", HiddenSize, "gives more than 2^44 parameters with the other sizes",
                "check the sizes in config.json");
        }

        if (KeyValueHeads > 0 && Heads % KeyValueHeads != 0)
        {
            yield return new("num_key_value_heads", KeyValueHeads, $"must divide num_attention_heads = {Text(Heads)}",
                "use a divisor of it");
        }

        if (HeadSize % 2 != 0)
        {
            yield return new("head_dim", HeadSize, "must be even: rotary positions turn pairs",
                "choose hidden_size / num_attention_heads even");
        }

        if (!(RopeTheta > 0) || double.IsInfinity(RopeTheta))
            yield return new("rope_theta", RopeTheta, "must be positive", "use 10000, or 500000 as Llama 3");
        if (!(NormEpsilon > 0 && NormEpsilon < 1))
            yield return new("rms_norm_eps", NormEpsilon, "must be between 0 and 1", "use 1e-5");
        if (SlidingWindow is < 1)
            yield return new("sliding_window", SlidingWindow, "must be at least 1", "use null for attention over everything");
        if (RopeScaling is { } scaling)
        {
            if (!(scaling.Factor >= 1) || double.IsInfinity(scaling.Factor))
                yield return new("rope_scaling.factor", scaling.Factor, "must be at least 1", "Llama 3.1 uses 8");
            if (scaling.Kind == RopeScalingKind.Llama3 && !(scaling.LowFrequencyFactor < scaling.HighFrequencyFactor))
            {
                yield return new("rope_scaling.low_freq_factor", scaling.LowFrequencyFactor, "must be below high_freq_factor",
                    "Llama 3.1 uses 1 and 4");
            }

            if (scaling.OriginalMaxPositions < 1)
            {
                yield return new("rope_scaling.original_max_position_embeddings", scaling.OriginalMaxPositions, "must be at least 1",
                    "Llama 3.1 uses 8192");
            }
        }

        foreach (var (name, id) in EosIds.Select(id => ("eos_token_id", (int?)id))
            .Prepend(("bos_token_id", BosId)).Append(("pad_token_id", PadId)))
        {
            if (id is { } given && (given < 0 || given >= VocabularySize))
            {
                yield return new(name, given, $"must be 0 or more and below vocab_size = {Text(VocabularySize)}",
                    "use an id of the tokenizer, or null where there is none");
            }
        }
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
