using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.Checkpoints;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Runs;

namespace Llamax.Models.Causal;

/// <summary>config.json as transformers writes and reads it, for the architectures of <see cref="CausalArchitecture"/>.</summary>
internal static class CausalConfigFile
{
    // What does not change the function that the weights compute: training noise, bookkeeping and generation habits.
    private static readonly HashSet<string> Ignored =
    [
        "_name_or_path", "_commit_hash", "transformers_version", "torch_dtype", "dtype", "initializer_range", "use_cache",
        "attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "pretraining_tp", "auto_map", "unsloth_version",
        "return_dict", "output_attentions", "output_hidden_states", "torchscript", "use_return_dict", "id2label", "label2id",
        "num_labels", "task_specific_params", "problem_type", "tokenizer_class", "prefix", "attn_implementation",
        "_attn_implementation", "_attn_implementation_autoset", "chunk_size_feed_forward", "max_length", "min_length",
        "do_sample", "temperature", "top_k", "top_p", "typical_p", "num_beams", "num_beam_groups", "diversity_penalty",
        "length_penalty", "repetition_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "num_return_sequences",
        "early_stopping", "is_decoder", "tf_legacy_loss", "use_bfloat16", "finetuning_task", "layer_types", "unk_token_id",
    ];

    private static readonly HashSet<string> RopeKeys =
    [
        "type", "rope_type", "rope_theta", "factor", "low_freq_factor", "high_freq_factor", "original_max_position_embeddings",
    ];

    public static CausalConfig Read(string path)
    {
        using var document = JsonFile.ReadObject(path);
        return Read(path, document.RootElement);
    }

    public static CausalConfig ReadGguf(string path)
    {
        using var file = new GgufModel(path);
        return Read(path, JsonSerializer.SerializeToElement(file.Config));
    }

    private static CausalConfig Read(string path, JsonElement json)
    {
        var keys = new ConfigKeys(path, json);
        var architecture = ReadArchitecture(keys);
        var heads = keys.Integer("num_attention_heads");
        var hidden = keys.Integer("hidden_size");
        var (theta, scaling) = ReadRope(keys);
        var attentionBias = keys.Flag("attention_bias");
        if (keys.Flag("mlp_bias"))
            throw keys.Unsupported("mlp_bias", "true", "a bias in the feed-forward layer is not implemented");
        if (keys.Word("hidden_act") is not (null or "silu" or "swish") and var activation)
            throw keys.Unsupported("hidden_act", activation, "only silu is implemented");

        var config = new CausalConfig
        {
            Architecture = architecture.Name,
            HiddenSize = hidden,
            IntermediateSize = keys.Integer("intermediate_size"),
            Layers = keys.Integer("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = keys.OptionalInteger("num_key_value_heads")
                ?? (architecture.ModelType == "llama" ? heads : throw keys.Missing("num_key_value_heads")),
            HeadSize = keys.OptionalInteger("head_dim") ?? DefaultHeadSize(keys, hidden, heads),
            VocabularySize = keys.Integer("vocab_size"),
            MaxPositions = keys.OptionalInteger("max_position_embeddings")
                ?? (architecture.ModelType == "llama" ? 2048 : throw keys.Missing("max_position_embeddings")),
            RopeTheta = theta,
            RopeScaling = scaling,
            NormEpsilon = keys.Number("rms_norm_eps") ?? 1e-6,
            TiedHead = keys.Flag("tie_word_embeddings"),
            QueryKeyValueBias = architecture.QueryKeyValueBias ?? attentionBias,
            AttentionOutputBias = architecture.QueryKeyValueBias is null && attentionBias,
            SlidingWindow = ReadWindow(keys, architecture),
            BosId = keys.OptionalInteger("bos_token_id"),
            EosIds = keys.Integers("eos_token_id"),
            PadId = keys.OptionalInteger("pad_token_id") is { } pad && pad >= 0 ? pad : null,   // the first LLaMA wrote −1 for "none"
        };
        keys.RefuseUnread(Ignored);
        OptionProblem.ThrowIfAny(path, config.Problems());
        return config;
    }

    public static string Write(CausalConfig config, string dtype)
    {
        OptionProblem.ThrowIfAny("the model's config", config.Problems());
        var architecture = CausalArchitecture.All.Single(a => a.Name == config.Architecture);
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(config.Architecture),
            ["model_type"] = architecture.ModelType,
            ["torch_dtype"] = dtype,
            ["vocab_size"] = config.VocabularySize,
            ["hidden_size"] = config.HiddenSize,
            ["intermediate_size"] = config.IntermediateSize,
            ["num_hidden_layers"] = config.Layers,
            ["num_attention_heads"] = config.Heads,
            ["num_key_value_heads"] = config.KeyValueHeads,
            ["head_dim"] = config.HeadSize,
            ["max_position_embeddings"] = config.MaxPositions,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = config.NormEpsilon,
            ["rope_theta"] = config.RopeTheta,
            ["rope_scaling"] = config.RopeScaling is { } scaling ? WriteScaling(scaling) : null,
            ["tie_word_embeddings"] = config.TiedHead,
            ["bos_token_id"] = config.BosId,
            ["eos_token_id"] = config.EosIds.Count switch
            {
                0 => null,
                1 => config.EosIds[0],
                _ => new JsonArray([.. config.EosIds.Select(id => (JsonNode)id)]),
            },
            ["pad_token_id"] = config.PadId,
        };
        if (architecture.QueryKeyValueBias is null)
            json["attention_bias"] = config.QueryKeyValueBias;
        if (architecture.HasWindow)
            json["sliding_window"] = config.SlidingWindow;
        if (architecture.WindowIsOptIn)
        {
            json["use_sliding_window"] = config.SlidingWindow is not null;
            json["max_window_layers"] = config.SlidingWindow is null ? config.Layers : 0;
        }

        return json.ToJsonString(JsonFile.Indented) + "\n";
    }

    private static CausalArchitecture ReadArchitecture(ConfigKeys keys)
    {
        var named = keys.Words("architectures");
        var type = keys.Word("model_type");
        var found = named.Count > 0
            ? CausalArchitecture.All.FirstOrDefault(a => a.Name == named[0])
            : CausalArchitecture.All.FirstOrDefault(a => a.ModelType == type);
        return found ?? throw keys.Unsupported(
            named.Count > 0 ? "architectures" : "model_type", named.Count > 0 ? named[0] : type ?? "(nothing)",
            $"implemented are {string.Join(", ", CausalArchitecture.All.Select(a => a.Name))}");
    }

    private static int DefaultHeadSize(ConfigKeys keys, int hidden, int heads)
    {
        if (heads < 1 || hidden % heads != 0)
        {
            throw keys.Unsupported(
                "num_attention_heads", $"{heads}", $"hidden_size = {hidden} is no multiple of it and head_dim is not given");
        }

        return hidden / heads;
    }

    private static int? ReadWindow(ConfigKeys keys, CausalArchitecture architecture)
    {
        if (!architecture.HasWindow)
            return null;
        var window = keys.Has("sliding_window") ? keys.OptionalInteger("sliding_window") : architecture.DefaultWindow;
        if (!architecture.WindowIsOptIn)
            return window;
        var wanted = keys.Flag("use_sliding_window");
        var firstLayer = keys.OptionalInteger("max_window_layers") ?? 28;   // the value of transformers
        if (wanted && firstLayer > 0 && firstLayer < keys.Integer("num_hidden_layers"))
            throw keys.Unsupported("max_window_layers", $"{firstLayer}", "a window in some layers alone is not implemented");
        return wanted && firstLayer == 0 ? window : null;
    }

    // transformers 4 writes rope_theta beside rope_scaling, transformers 5 both inside rope_parameters.
    private static (double Theta, RopeScaling? Scaling) ReadRope(ConfigKeys keys)
    {
        var theta = keys.Number("rope_theta");
        RopeScaling? scaling = null;
        foreach (var name in new[] { "rope_scaling", "rope_parameters" })
        {
            if (keys.Object(name) is not { } rope)
                continue;
            theta = rope.Number("rope_theta") ?? theta;
            var kind = rope.Word("rope_type") ?? rope.Word("type") ?? "default";
            scaling = kind switch
            {
                "default" => scaling,
                "linear" => new() { Kind = RopeScalingKind.Linear, Factor = rope.Number("factor") ?? throw rope.Missing("factor") },
                "llama3" => new()
                {
                    Kind = RopeScalingKind.Llama3,
                    Factor = rope.Number("factor") ?? throw rope.Missing("factor"),
                    LowFrequencyFactor = rope.Number("low_freq_factor") ?? throw rope.Missing("low_freq_factor"),
                    HighFrequencyFactor = rope.Number("high_freq_factor") ?? throw rope.Missing("high_freq_factor"),
                    OriginalMaxPositions = rope.Integer("original_max_position_embeddings"),
                },
                _ => throw rope.Unsupported("rope_type", kind, "implemented are default, linear and llama3"),
            };
            rope.RefuseUnread(RopeKeys);
        }

        return (theta ?? 10000, scaling);
    }

    private static JsonObject WriteScaling(RopeScaling scaling)
    {
        var json = new JsonObject
        {
            ["rope_type"] = scaling.Kind == RopeScalingKind.Linear ? "linear" : "llama3",
            ["factor"] = scaling.Factor,
        };
        if (scaling.Kind == RopeScalingKind.Llama3)
        {
            json["low_freq_factor"] = scaling.LowFrequencyFactor;
            json["high_freq_factor"] = scaling.HighFrequencyFactor;
            json["original_max_position_embeddings"] = scaling.OriginalMaxPositions;
        }

        return json;
    }
}
