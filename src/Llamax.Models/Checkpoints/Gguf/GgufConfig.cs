using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.Causal;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>config.json to the keys of a GGUF file and back, for the families of <see cref="GgufFamily"/>.</summary>
internal static class GgufConfig
{
    // Ours: GGUF has the stretched frequencies of Llama 3.1 as a tensor, and not what they were made from.
    private const string Scaling = "llamax.rope_scaling.";

    /// <summary>The family and the config.json that transformers would have for a file.</summary>
    /// <exception cref="RequestException">An unknown architecture, or a key is missing or unusable.</exception>
    public static (GgufFamily Family, JsonObject Config) Read(GgufFile file)
    {
        var name = new GgufKeys(file, "").Word("general.architecture");
        var families = GgufFamily.All.Where(family => family.Name == name).ToList();
        if (families.Count == 0)
        {
            throw new RequestException(
                $"general.architecture = {name ?? "(nothing)"}: Llamax reads "
                + string.Join(", ", GgufFamily.All.Select(family => family.Name).Distinct()), file.Path, "use another model");
        }

        var keys = new GgufKeys(file, name!);
        var window = keys.OptionalInteger("attention.sliding_window");
        var family = window is null ? families[0] : families[^1];
        return (family, ReadLlama(file, keys, family, window));
    }

    /// <summary>The keys of a model, without those of its vocabulary.</summary>
    public static List<KeyValuePair<string, object>> Write(CausalConfig config, GgufFamily family)
    {
        var keys = new List<KeyValuePair<string, object>>();
        void Add(string key, object value) => keys.Add(new($"{family.Name}.{key}", value));
        Add("block_count", (uint)config.Layers);
        Add("context_length", (uint)config.MaxPositions);
        Add("embedding_length", (uint)config.HiddenSize);
        Add("feed_forward_length", (uint)config.IntermediateSize);
        Add("attention.head_count", (uint)config.Heads);
        Add("attention.head_count_kv", (uint)config.KeyValueHeads);
        Add("attention.key_length", (uint)config.HeadSize);
        Add("attention.value_length", (uint)config.HeadSize);
        Add("attention.layer_norm_rms_epsilon", (float)config.NormEpsilon);
        Add("rope.dimension_count", (uint)config.HeadSize);
        Add("rope.freq_base", (float)config.RopeTheta);
        Add("vocab_size", (uint)config.VocabularySize);
        if (config.SlidingWindow is { } window)
            Add("attention.sliding_window", (uint)window);
        if (config.RopeScaling is { Kind: RopeScalingKind.Linear } linear)
        {
            Add("rope.scaling.type", "linear");
            Add("rope.scaling.factor", (float)linear.Factor);
        }
        else if (config.RopeScaling is { } llama3)
        {
            keys.Add(new(Scaling + "factor", (float)llama3.Factor));
            keys.Add(new(Scaling + "low_freq_factor", (float)llama3.LowFrequencyFactor));
            keys.Add(new(Scaling + "high_freq_factor", (float)llama3.HighFrequencyFactor));
            keys.Add(new(Scaling + "original_max_position_embeddings", (uint)llama3.OriginalMaxPositions));
        }

        return keys;
    }

    /// <summary>What llama.cpp divides every frequency by: the <c>rope_freqs.weight</c> of Llama 3.1; null where there is none.</summary>
    public static float[]? FrequencyDivisors(CausalConfig config)
    {
        if (config.RopeScaling is not { Kind: RopeScalingKind.Llama3 } scaling)
            return null;
        var divisors = new float[config.HeadSize / 2];
        for (var i = 0; i < divisors.Length; i++)
        {
            var frequency = Math.Pow(config.RopeTheta, -2.0 * i / config.HeadSize);
            divisors[i] = (float)(frequency / scaling.Stretch(frequency));
        }

        return divisors;
    }

    private static JsonObject ReadLlama(GgufFile file, GgufKeys keys, GgufFamily family, int? window)
    {
        if (!file.Entries.TryGetValue("token_embd.weight", out var embedding) || embedding.Shape.Length != 2)
            throw new RequestException("the tensor token_embd.weight is missing or no matrix", file.Path, "convert the model again");
        var heads = keys.Integer("attention.head_count");
        if (heads == 0)
            throw keys.Wrong("attention.head_count", "is 0");
        var hidden = keys.Integer("embedding_length");
        var headSize = keys.OptionalInteger("attention.key_length") ?? hidden / heads;
        if ((keys.OptionalInteger("attention.value_length") ?? headSize) != headSize)
            throw keys.Wrong("attention.value_length", "is not attention.key_length, and Llamax has one width for both");
        if ((keys.OptionalInteger("rope.dimension_count") ?? headSize) != headSize)
            throw keys.Wrong("rope.dimension_count", "is not the width of a head, and Llamax turns all of it");
        if (keys.OptionalInteger("expert_count") is > 0)
            throw keys.Wrong("expert_count", "is above 0: a mixture of experts is not implemented");
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(family.HuggingFace),
            ["model_type"] = CausalArchitecture.All.Single(row => row.Name == family.HuggingFace).ModelType,
            ["vocab_size"] = embedding.Shape[0],
            ["hidden_size"] = hidden,
            ["intermediate_size"] = keys.Integer("feed_forward_length"),
            ["num_hidden_layers"] = keys.Integer("block_count"),
            ["num_attention_heads"] = heads,
            ["num_key_value_heads"] = keys.OptionalInteger("attention.head_count_kv") ?? heads,
            ["head_dim"] = headSize,
            ["max_position_embeddings"] = keys.Integer("context_length"),
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = keys.Number("attention.layer_norm_rms_epsilon")
                ?? throw keys.Wrong("attention.layer_norm_rms_epsilon", "is missing"),
            ["rope_theta"] = keys.Number("rope.freq_base") ?? 10000,
            ["rope_scaling"] = ReadScaling(file, keys),
            ["tie_word_embeddings"] = !file.Entries.ContainsKey("output.weight"),
            ["bos_token_id"] = keys.OptionalInteger("tokenizer.ggml.bos_token_id"),
            ["eos_token_id"] = EndIds(keys),
            ["pad_token_id"] = keys.OptionalInteger("tokenizer.ggml.padding_token_id"),
        };
        if (family.Name == "llama")
            config["attention_bias"] = file.Entries.ContainsKey("blk.0.attn_q.bias");
        if (window is not null)
            (config["sliding_window"], config["use_sliding_window"], config["max_window_layers"]) = (window, true, 0);
        if (family.HuggingFace == "MistralForCausalLM")
        {
            config.Remove("attention_bias");
            config.Remove("use_sliding_window");
            config.Remove("max_window_layers");
        }

        return config;
    }

    private static JsonNode? EndIds(GgufKeys keys)
    {
        var ids = new[] { keys.OptionalInteger("tokenizer.ggml.eos_token_id"), keys.OptionalInteger("tokenizer.ggml.eot_token_id") }
            .OfType<int>().Distinct().ToList();
        return ids.Count switch { 0 => null, 1 => ids[0], _ => new JsonArray([.. ids.Select(id => (JsonNode)id)]) };
    }

    private static JsonObject? ReadScaling(GgufFile file, GgufKeys keys)
    {
        var kind = keys.Word("rope.scaling.type") ?? "none";
        if (kind is not ("none" or "linear"))
            throw keys.Wrong("rope.scaling.type", $"is {kind}, and implemented are linear and Llama 3's");
        if (kind == "linear")
        {
            var factor = keys.Number("rope.scaling.factor") ?? throw keys.Wrong("rope.scaling.factor", "is missing");
            return new() { ["rope_type"] = "linear", ["factor"] = factor };
        }

        if (!file.Entries.TryGetValue("rope_freqs.weight", out var entry))
            return null;
        using var scope = NewDisposeScope();
        var divisors = empty(entry.Shape, ScalarType.Float32);
        file.CopyTo("rope_freqs.weight", divisors);
        var stored = divisors.data<float>().ToArray();
        // Files of other programs have the divisors alone. Llama 3.1 and its kin differ in the factor only.
        var scaling = new RopeScaling
        {
            Kind = RopeScalingKind.Llama3,
            Factor = keys.Number(Scaling + "factor") ?? Math.Max(1, (double)stored.DefaultIfEmpty(1).Max()),
            LowFrequencyFactor = keys.Number(Scaling + "low_freq_factor") ?? 1,
            HighFrequencyFactor = keys.Number(Scaling + "high_freq_factor") ?? 4,
            OriginalMaxPositions = keys.OptionalInteger(Scaling + "original_max_position_embeddings") ?? 8192,
        };
        var theta = keys.Number("rope.freq_base") ?? 10000;
        for (var i = 0; i < stored.Length; i++)
        {
            var frequency = Math.Pow(theta, -(double)i / stored.Length);
            if (Math.Abs((frequency / scaling.Stretch(frequency)) - stored[i]) > 1e-3 * stored[i])
                throw keys.Wrong("rope_freqs.weight", "holds other divisors than those of Llama 3.1, which alone are implemented");
        }

        return new()
        {
            ["rope_type"] = "llama3",
            ["factor"] = scaling.Factor,
            ["low_freq_factor"] = scaling.LowFrequencyFactor,
            ["high_freq_factor"] = scaling.HighFrequencyFactor,
            ["original_max_position_embeddings"] = scaling.OriginalMaxPositions,
        };
    }
}
