using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Runs;

namespace Llamax.Models.EncoderDecoder;

/// <summary>config.json as transformers writes and reads it, for the architectures of <see cref="EncoderDecoderArchitecture"/>.</summary>
internal static class EncoderDecoderConfigFile
{
    // What does not change the function that the weights compute.
    private static readonly HashSet<string> Ignored =
    [
        .. CausalConfigFile.Ignored,
        "is_encoder_decoder", "dropout", "dropout_rate", "activation_dropout", "classifier_dropout", "classif_dropout", "init_std",
        "initializer_factor", "encoder_layerdrop", "decoder_layerdrop", "num_hidden_layers", "output_past", "n_positions",
        "dense_act_fn", "is_gated_act",
    ];

    public static bool Describes(string path)
    {
        using var document = JsonFile.ReadObject(path);
        return Find(new ConfigKeys(path, document.RootElement)) is not null;
    }

    public static EncoderDecoderConfig Read(string path)
    {
        using var document = JsonFile.ReadObject(path);
        return Read(path, document.RootElement);
    }

    public static EncoderDecoderConfig ReadGguf(string path)
    {
        using var file = new GgufModel(path);
        return Read(path, JsonSerializer.SerializeToElement(file.Config));
    }

    private static EncoderDecoderConfig Read(string path, JsonElement json)
    {
        var keys = new ConfigKeys(path, json);
        var family = Find(keys) ?? throw keys.Unsupported(
            "architectures", keys.Words("architectures") is [var name, ..] ? name : keys.Word("model_type") ?? "(nothing)",
            $"implemented are {string.Join(", ", EncoderDecoderArchitecture.All.Select(a => a.Name))}");
        var config = (family.IsM2M ? ReadM2M(keys, family) : ReadT5(keys, family)) with
        {
            ForcedBosId = keys.OptionalInteger("forced_bos_token_id"),
            BosId = keys.OptionalInteger("bos_token_id"),
            TiedHead = !keys.Has("tie_word_embeddings") || keys.Flag("tie_word_embeddings"),
        };
        keys.RefuseUnread(Ignored);
        OptionProblem.ThrowIfAny(path, config.Problems());
        return config;
    }

    public static string Write(EncoderDecoderConfig config, string dtype)
    {
        OptionProblem.ThrowIfAny("the model's config", config.Problems());
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(config.Architecture),
            ["model_type"] = config.Family.ModelType,
            ["torch_dtype"] = dtype,
            ["is_encoder_decoder"] = true,
            ["vocab_size"] = config.VocabularySize,
            ["d_model"] = config.HiddenSize,
        };
        if (config.Family.IsM2M)
            WriteM2M(config, json);
        else
            WriteT5(config, json);
        json["tie_word_embeddings"] = config.TiedHead;
        json["decoder_start_token_id"] = config.DecoderStartId;
        json["forced_bos_token_id"] = config.ForcedBosId;
        json["bos_token_id"] = config.BosId;
        json["eos_token_id"] = CausalConfigFile.WriteIds(config.EosIds);
        json["pad_token_id"] = config.PadId;
        return json.ToJsonString(JsonFile.Indented) + "\n";
    }

    private static EncoderDecoderArchitecture? Find(ConfigKeys keys)
    {
        var named = keys.Words("architectures");
        var type = keys.Word("model_type");
        return EncoderDecoderArchitecture.All.FirstOrDefault(a => named.Count > 0 ? a.Name == named[0] : a.ModelType == type);
    }

    private static EncoderDecoderConfig ReadM2M(ConfigKeys keys, EncoderDecoderArchitecture family) => new()
    {
        Architecture = family.Name,
        HiddenSize = keys.Integer("d_model"),
        EncoderLayers = keys.Integer("encoder_layers"),
        DecoderLayers = keys.Integer("decoder_layers"),
        EncoderHeads = keys.Integer("encoder_attention_heads"),
        DecoderHeads = keys.Integer("decoder_attention_heads"),
        EncoderIntermediateSize = keys.Integer("encoder_ffn_dim"),
        DecoderIntermediateSize = keys.Integer("decoder_ffn_dim"),
        VocabularySize = keys.Integer("vocab_size"),
        MaxPositions = keys.OptionalInteger("max_position_embeddings") ?? 1024,
        Activation = keys.Word("activation_function") ?? "relu",
        ScaleEmbedding = !keys.Has("scale_embedding") || keys.Flag("scale_embedding"),
        DecoderStartId = keys.OptionalInteger("decoder_start_token_id") ?? 2,
        EosIds = keys.Has("eos_token_id") ? keys.Integers("eos_token_id") : [2],
        PadId = keys.OptionalInteger("pad_token_id") ?? 1,
    };

    private static EncoderDecoderConfig ReadT5(ConfigKeys keys, EncoderDecoderArchitecture family)
    {
        var layers = keys.Integer("num_layers");
        var heads = keys.Integer("num_heads");
        var wide = keys.Integer("d_ff");
        var function = keys.Word("feed_forward_proj") ?? (family.ModelType == "mt5" ? "gated-gelu" : "relu");
        var isGated = function.StartsWith("gated-", StringComparison.Ordinal);
        return new()
        {
            Architecture = family.Name,
            HiddenSize = keys.Integer("d_model"),
            EncoderLayers = layers,
            DecoderLayers = keys.OptionalInteger("num_decoder_layers") ?? layers,
            EncoderHeads = heads,
            DecoderHeads = heads,
            HeadSize = keys.Integer("d_kv"),
            EncoderIntermediateSize = wide,
            DecoderIntermediateSize = wide,
            VocabularySize = keys.Integer("vocab_size"),
            RelativeBuckets = keys.OptionalInteger("relative_attention_num_buckets") ?? 32,
            RelativeMaxDistance = keys.OptionalInteger("relative_attention_max_distance") ?? 128,
            NormEpsilon = keys.Number("layer_norm_epsilon") ?? 1e-6,
            // transformers means its approximation by the word, and only here.
            Activation = function == "gated-gelu" ? "gelu_new" : isGated ? function["gated-".Length..] : function,
            IsGated = isGated,
            DecoderStartId = keys.OptionalInteger("decoder_start_token_id") ?? 0,
            EosIds = keys.Has("eos_token_id") ? keys.Integers("eos_token_id") : [1],
            PadId = keys.OptionalInteger("pad_token_id") ?? 0,
        };
    }

    private static void WriteM2M(EncoderDecoderConfig config, JsonObject json)
    {
        json["encoder_layers"] = config.EncoderLayers;
        json["decoder_layers"] = config.DecoderLayers;
        json["encoder_attention_heads"] = config.EncoderHeads;
        json["decoder_attention_heads"] = config.DecoderHeads;
        json["encoder_ffn_dim"] = config.EncoderIntermediateSize;
        json["decoder_ffn_dim"] = config.DecoderIntermediateSize;
        json["max_position_embeddings"] = config.MaxPositions;
        json["activation_function"] = config.Activation;
        json["scale_embedding"] = config.ScaleEmbedding;
    }

    private static void WriteT5(EncoderDecoderConfig config, JsonObject json)
    {
        json["num_layers"] = config.EncoderLayers;
        json["num_decoder_layers"] = config.DecoderLayers;
        json["num_heads"] = config.EncoderHeads;
        json["d_kv"] = config.HeadSize;
        json["d_ff"] = config.EncoderIntermediateSize;
        json["relative_attention_num_buckets"] = config.RelativeBuckets;
        json["relative_attention_max_distance"] = config.RelativeMaxDistance;
        json["layer_norm_epsilon"] = config.NormEpsilon;
        json["feed_forward_proj"] = !config.IsGated ? config.Activation
            : config.Activation == "gelu_new" ? "gated-gelu" : $"gated-{config.Activation}";
    }
}
