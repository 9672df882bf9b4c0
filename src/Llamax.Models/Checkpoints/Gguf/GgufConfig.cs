using System.Text.Json.Nodes;
using Llamax.Models.Causal;
using Llamax.Models.EncoderDecoder;
using Llamax.Models.Layers;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>config.json to the keys of a GGUF file and back, for the families of <see cref="GgufFamily"/>.</summary>
internal static class GgufConfig
{
    // Ours: GGUF has the stretched frequencies of Llama 3.1 as a tensor, and not what they were made from.
    private const string Scaling = "llamax.rope_scaling.";

    // Ours: transformers has several names for one function, and for GGUF the family decides.
    private const string Activation = "llamax.activation";

    // Ours: llama.cpp has T5's distance in its code.
    private const string MaxDistance = "llamax.relative_attention_max_distance";

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
        if (name == "t5")
        {
            var isGated = file.Entries.ContainsKey("enc.blk.0.ffn_gate.weight");
            return (isGated ? families[0] : families[0].WithoutGates(), ReadT5(file, keys, families[0], isGated));
        }

        var window = keys.OptionalInteger("attention.sliding_window");
        var family = name == "llama" && window is not null ? families[^1] : families[0];
        return (family, ReadCausal(file, keys, family, window));
    }

    /// <summary>Whether a GGUF file is of a family with an encoder.</summary>
    public static bool IsEncoderDecoder(string path)
    {
        using var file = new GgufFile(path);
        return new GgufKeys(file, "").Word("general.architecture") == "t5";
    }

    /// <summary>The keys of a decoder, without those of its vocabulary.</summary>
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
        Add(EpsilonKey(config.Family), (float)config.NormEpsilon);
        Add("vocab_size", (uint)config.VocabularySize);
        if (config.Family.Keys.LogitScale is not null)
            Add("logit_scale", (float)config.LogitScale);
        if (config.SlidingWindow is { } window)
            Add("attention.sliding_window", (uint)window);
        keys.Add(new(Activation, config.Activation));
        if (config.Family.Positions == PositionKind.Learnt)
            return keys;
        Add("rope.dimension_count", (uint)config.HeadSize);
        Add("rope.freq_base", (float)config.RopeTheta);
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

    /// <summary>The keys of a T5, without those of its vocabulary.</summary>
    public static List<KeyValuePair<string, object>> Write(EncoderDecoderConfig config, GgufFamily family)
    {
        var keys = new List<KeyValuePair<string, object>>();
        void Add(string key, object value) => keys.Add(new($"{family.Name}.{key}", value));
        Add("block_count", (uint)config.EncoderLayers);
        Add("decoder_block_count", (uint)config.DecoderLayers);
        Add("context_length", (uint)config.MaxPositions);
        Add("embedding_length", (uint)config.HiddenSize);
        Add("feed_forward_length", (uint)config.EncoderIntermediateSize);
        Add("attention.head_count", (uint)config.EncoderHeads);
        Add("attention.key_length", (uint)config.HeadSize!.Value);
        Add("attention.value_length", (uint)config.HeadSize!.Value);
        Add("attention.layer_norm_epsilon", (float)config.NormEpsilon);
        Add("attention.layer_norm_rms_epsilon", (float)config.NormEpsilon);
        Add("attention.relative_buckets_count", (uint)config.RelativeBuckets);
        keys.Add(new(MaxDistance, (uint)config.RelativeMaxDistance));
        Add("decoder_start_token_id", (uint)config.DecoderStartId);
        Add("vocab_size", (uint)config.VocabularySize);
        return keys;
    }

    private static string EpsilonKey(CausalArchitecture family) =>
        family.Norm == NormKind.RootMeanSquare ? "attention.layer_norm_rms_epsilon" : "attention.layer_norm_epsilon";

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

    private static JsonObject ReadCausal(GgufFile file, GgufKeys keys, GgufFamily family, int? window)
    {
        if (!file.Entries.TryGetValue("token_embd.weight", out var embedding) || embedding.Shape.Length != 2)
            throw new RequestException("the tensor token_embd.weight is missing or no matrix", file.Path, "convert the model again");
        var architecture = CausalArchitecture.All.Single(row => row.Name == family.HuggingFace);
        var names = architecture.Keys;
        var heads = keys.Integer("attention.head_count");
        if (heads == 0)
            throw keys.Wrong("attention.head_count", "is 0");
        var hidden = keys.Integer("embedding_length");
        var headSize = keys.OptionalInteger("attention.key_length") ?? hidden / heads;
        if ((keys.OptionalInteger("attention.value_length") ?? headSize) != headSize)
            throw keys.Wrong("attention.value_length", "is not attention.key_length, and Llamax has one width for both");
        if (keys.OptionalInteger("expert_count") is > 0)
            throw keys.Wrong("expert_count", "is above 0: a mixture of experts is not implemented");
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(family.HuggingFace),
            ["model_type"] = architecture.ModelType,
            ["vocab_size"] = embedding.Shape[0],
            [names.HiddenSize] = hidden,
            [names.IntermediateSize] = keys.Integer("feed_forward_length"),
            [names.Layers] = keys.Integer("block_count"),
            [names.Heads] = heads,
            [names.MaxPositions] = keys.Integer("context_length"),
            [names.Activation] = keys.Word(Activation) ?? names.DefaultActivation,
            [names.NormEpsilon] = keys.Number(EpsilonKey(architecture)) ?? throw keys.Wrong(EpsilonKey(architecture), "is missing"),
            ["tie_word_embeddings"] = !file.Entries.ContainsKey("output.weight"),
            ["bos_token_id"] = keys.OptionalInteger("tokenizer.ggml.bos_token_id"),
            ["eos_token_id"] = EndIds(keys),
            ["pad_token_id"] = keys.OptionalInteger("tokenizer.ggml.padding_token_id"),
        };
        if (names.KeyValueHeads is { } keyValueHeads)
            config[keyValueHeads] = keys.OptionalInteger("attention.head_count_kv") ?? heads;
        if (names.HeadSize is { } headSizeName)
            config[headSizeName] = headSize;
        if (names.LogitScale is { } logitScale)
            config[logitScale] = keys.Number("logit_scale") ?? names.DefaultLogitScale;
        if (architecture.Bias == ProjectionBias.AttentionAsConfigured)
            config["attention_bias"] = file.Entries.ContainsKey("blk.0.attn_q.bias");
        if (architecture.HasWindow && window is not null)
            config["sliding_window"] = window;
        if (architecture.WindowIsOptIn && window is not null)
            (config["use_sliding_window"], config["max_window_layers"]) = (true, 0);
        if (architecture.Positions == PositionKind.Learnt)
            return config;
        if ((keys.OptionalInteger("rope.dimension_count") ?? headSize) != headSize)
            throw keys.Wrong("rope.dimension_count", "is not the width of a head, and Llamax turns all of it");
        config["rope_theta"] = keys.Number("rope.freq_base") ?? 10000;
        config["rope_scaling"] = ReadScaling(file, keys);
        return config;
    }

    private static JsonObject ReadT5(GgufFile file, GgufKeys keys, GgufFamily family, bool isGated)
    {
        if (!file.Entries.TryGetValue("token_embd.weight", out var embedding) || embedding.Shape.Length != 2)
            throw new RequestException("the tensor token_embd.weight is missing or no matrix", file.Path, "convert the model again");
        const string Epsilon = "attention.layer_norm_rms_epsilon";
        var layers = keys.Integer("block_count");
        var config = new JsonObject
        {
            ["architectures"] = new JsonArray(family.HuggingFace),
            ["model_type"] = "t5",
            ["is_encoder_decoder"] = true,
            ["vocab_size"] = embedding.Shape[0],
            ["d_model"] = keys.Integer("embedding_length"),
            ["d_kv"] = keys.Integer("attention.key_length"),
            ["d_ff"] = keys.Integer("feed_forward_length"),
            ["num_layers"] = layers,
            ["num_decoder_layers"] = keys.OptionalInteger("decoder_block_count") ?? layers,
            ["num_heads"] = keys.Integer("attention.head_count"),
            ["relative_attention_num_buckets"] = keys.Integer("attention.relative_buckets_count"),
            ["relative_attention_max_distance"] = keys.OptionalInteger(MaxDistance) ?? GgufPlan.RelativeMaxDistance,
            ["layer_norm_epsilon"] = keys.Number(Epsilon) ?? keys.Number("attention.layer_norm_epsilon")
                ?? throw keys.Wrong(Epsilon, "is missing"),
            ["feed_forward_proj"] = isGated ? "gated-gelu" : "relu",
            ["tie_word_embeddings"] = !file.Entries.ContainsKey("output.weight"),
            ["decoder_start_token_id"] = keys.OptionalInteger("decoder_start_token_id") ?? 0,
            ["bos_token_id"] = keys.OptionalInteger("tokenizer.ggml.bos_token_id"),
        };
        // T5's own ids stand where the file has none.
        if (EndIds(keys) is { } ends)
            config["eos_token_id"] = ends;
        if (keys.OptionalInteger("tokenizer.ggml.padding_token_id") is { } pad)
            config["pad_token_id"] = pad;
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
