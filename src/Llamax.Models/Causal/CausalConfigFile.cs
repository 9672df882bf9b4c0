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
    internal static readonly HashSet<string> Ignored =
    [
        "_name_or_path", "_commit_hash", "transformers_version", "torch_dtype", "dtype", "initializer_range", "use_cache",
        "attention_dropout", "hidden_dropout", "resid_pdrop", "embd_pdrop", "pretraining_tp", "auto_map", "unsloth_version",
        "return_dict", "output_attentions", "output_hidden_states", "torchscript", "use_return_dict", "id2label", "label2id",
        "num_labels", "task_specific_params", "problem_type", "tokenizer_class", "prefix", "attn_implementation",
        "_attn_implementation", "_attn_implementation_autoset", "chunk_size_feed_forward", "max_length", "min_length",
        "do_sample", "temperature", "top_k", "top_p", "typical_p", "num_beams", "num_beam_groups", "diversity_penalty",
        "length_penalty", "repetition_penalty", "no_repeat_ngram_size", "encoder_no_repeat_ngram_size", "num_return_sequences",
        "early_stopping", "is_decoder", "tf_legacy_loss", "use_bfloat16", "finetuning_task", "layer_types", "unk_token_id",
        "attn_pdrop", "n_ctx", "reorder_and_upcast_attn", "summary_type", "summary_use_proj", "summary_activation",
        "summary_proj_to_labels", "summary_first_dropout", "cache_implementation", "gradient_checkpointing",
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
        var names = architecture.Keys;
        var heads = keys.Integer(names.Heads);
        var hidden = keys.Integer(names.HiddenSize);
        var (theta, scaling) = architecture.Positions == PositionKind.Learnt ? (10000, null) : ReadRope(keys);
        var attentionBias = architecture.Bias == ProjectionBias.AttentionAsConfigured && keys.Flag("attention_bias");
        if (keys.Flag("mlp_bias"))
            throw keys.Unsupported("mlp_bias", "true", "a bias in the feed-forward layer of this family is not implemented");
        if (keys.Has("scale_attn_weights") && !keys.Flag("scale_attn_weights"))
            throw keys.Unsupported("scale_attn_weights", "false", "attention without its scale is not implemented");

        var config = new CausalConfig
        {
            Architecture = architecture.Name,
            HiddenSize = hidden,
            IntermediateSize = names.IntermediateIsOptional
                ? keys.OptionalInteger(names.IntermediateSize) ?? (int)Math.Min(4L * hidden, int.MaxValue)
                : keys.Integer(names.IntermediateSize),
            Layers = keys.Integer(names.Layers),
            Heads = heads,
            KeyValueHeads = names.KeyValueHeads is null ? heads
                : keys.OptionalInteger(names.KeyValueHeads)
                    ?? (names.KeyValueHeadsAreOptional ? heads : throw keys.Missing(names.KeyValueHeads)),
            HeadSize = (names.HeadSize is null ? null : keys.OptionalInteger(names.HeadSize))
                ?? DefaultHeadSize(keys, names, hidden, heads),
            VocabularySize = keys.Integer("vocab_size"),
            MaxPositions = keys.OptionalInteger(names.MaxPositions) ?? names.DefaultMaxPositions ?? throw keys.Missing(names.MaxPositions),
            RopeTheta = theta,
            RopeScaling = scaling,
            NormEpsilon = keys.Number(names.NormEpsilon) ?? names.DefaultNormEpsilon,
            Activation = keys.Word(names.Activation) ?? names.DefaultActivation,
            LogitScale = (names.LogitScale is null ? null : keys.Number(names.LogitScale)) ?? names.DefaultLogitScale,
            TiedHead = (names.IsTiedByDefault && !keys.Has("tie_word_embeddings")) || keys.Flag("tie_word_embeddings"),
            QueryKeyValueBias = attentionBias || architecture.Bias is ProjectionBias.QueryKeyValue or ProjectionBias.Everywhere,
            AttentionOutputBias = attentionBias || architecture.Bias == ProjectionBias.Everywhere,
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
        var architecture = config.Family;
        var names = architecture.Keys;
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(config.Architecture),
            ["model_type"] = architecture.ModelType,
            ["torch_dtype"] = dtype,
            ["vocab_size"] = config.VocabularySize,
            [names.HiddenSize] = config.HiddenSize,
            [names.IntermediateSize] = config.IntermediateSize,
            [names.Layers] = config.Layers,
            [names.Heads] = config.Heads,
            [names.MaxPositions] = config.MaxPositions,
            [names.Activation] = config.Activation,
            [names.NormEpsilon] = config.NormEpsilon,
            ["tie_word_embeddings"] = config.TiedHead,
            ["bos_token_id"] = config.BosId,
            ["eos_token_id"] = WriteIds(config.EosIds),
            ["pad_token_id"] = config.PadId,
        };
        if (names.KeyValueHeads is { } keyValueHeads)
            json[keyValueHeads] = config.KeyValueHeads;
        if (names.HeadSize is { } headSize)
            json[headSize] = config.HeadSize;
        if (names.LogitScale is { } logitScale)
            json[logitScale] = config.LogitScale;
        if (architecture.Positions != PositionKind.Learnt)
        {
            json["rope_theta"] = config.RopeTheta;
            json["rope_scaling"] = config.RopeScaling is { } scaling ? WriteScaling(scaling) : null;
        }

        if (architecture.Bias == ProjectionBias.AttentionAsConfigured)
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

    /// <summary>Nothing, a number, or a list of numbers.</summary>
    internal static JsonNode? WriteIds(IReadOnlyList<int> ids) => ids.Count switch
    {
        0 => null,
        1 => ids[0],
        _ => new JsonArray([.. ids.Select(id => (JsonNode)id)]),
    };

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

    private static int DefaultHeadSize(ConfigKeys keys, CausalConfigNames names, int hidden, int heads)
    {
        if (heads < 1 || hidden % heads != 0)
        {
            throw keys.Unsupported(
                names.Heads, $"{heads}", $"{names.HiddenSize} = {hidden} is no multiple of it and head_dim is not given");
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
