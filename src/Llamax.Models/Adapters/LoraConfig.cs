using System.Text.Json.Nodes;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Runs;

namespace Llamax.Models.Adapters;

/// <summary>Low-rank adaptation (Hu et al. 2022): W x becomes W x + scale · B A x. As PEFT's adapter_config.json says it.</summary>
public sealed record LoraConfig
{
    internal const string FileName = "adapter_config.json";

    // What does not change the function that the adapter computes, or is PEFT's own bookkeeping.
    private static readonly HashSet<string> Ignored =
    [
        "base_model_name_or_path", "revision", "task_type", "inference_mode", "auto_mapping", "init_lora_weights", "loftq_config",
        "eva_config", "corda_config", "megatron_config", "megatron_core", "peft_version", "runtime_config", "ensure_weight_tying",
        "layers_pattern", "qalora_group_size",
    ];

    /// <summary>r: rows of A and columns of B.</summary>
    public required int Rank { get; init; }

    /// <summary>The update is scaled by alpha / r.</summary>
    public required double Alpha { get; init; }

    /// <summary>The update is scaled by alpha / √r instead (Kalajdzievski 2023).</summary>
    public bool RankStabilized { get; init; }

    /// <summary>
    /// Modules that have an update, by their whole name or the end of it behind a dot: <c>q_proj</c>. Empty = the file does not list
    /// them (PEFT allows an expression), and those that the weights name have one.
    /// </summary>
    public IReadOnlyList<string> TargetModules { get; init; } = [];

    /// <summary>The base stores its projections [input, output], as GPT-2 does.</summary>
    public bool FanInFanOut { get; init; }

    /// <summary>Share of the input that training hides from A.</summary>
    public double Dropout { get; init; }

    /// <summary>What it was trained on, as its author wrote it; never opened.</summary>
    public string BaseModel { get; init; } = "";

    /// <summary>Factor of the update.</summary>
    public double Scale => Alpha / (RankStabilized ? Math.Sqrt(Rank) : Rank);

    /// <summary>Whether a module has an update.</summary>
    public bool Targets(string module) => TargetModules.Any(
        target => module == target || module.EndsWith("." + target, StringComparison.Ordinal));

    /// <summary>Reads the adapter_config.json of a folder.</summary>
    /// <exception cref="RequestException">Not readable, or it asks for something that is not implemented.</exception>
    public static LoraConfig Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        using var document = JsonFile.ReadObject(path);
        var keys = new ConfigKeys(path, document.RootElement);
        if (keys.Word("peft_type") is not "LORA" and var kind)
            throw keys.Unsupported("peft_type", kind ?? "(nothing)", "only LORA is implemented");
        if (keys.Word("bias") is not (null or "none") and var bias)
            throw keys.Unsupported("bias", bias, "only none is implemented");
        var isExpression = document.RootElement.TryGetProperty("target_modules", out var targets)
            && targets.ValueKind == System.Text.Json.JsonValueKind.String;
        _ = isExpression ? keys.Word("target_modules") : null;
        var config = new LoraConfig
        {
            Rank = keys.Integer("r"),
            Alpha = keys.Number("lora_alpha") ?? throw keys.Missing("lora_alpha"),
            RankStabilized = keys.Flag("use_rslora"),
            TargetModules = isExpression ? [] : keys.Words("target_modules"),
            FanInFanOut = keys.Flag("fan_in_fan_out"),
            Dropout = keys.Number("lora_dropout") ?? 0,
            BaseModel = keys.Word("base_model_name_or_path") ?? "",
        };
        keys.RefuseUnread(Ignored);
        OptionProblem.ThrowIfAny(path, config.Problems());
        return config;
    }

    /// <summary>The adapter_config.json that PEFT loads.</summary>
    public string ToJson() => new JsonObject
    {
        ["peft_type"] = "LORA",
        ["task_type"] = "CAUSAL_LM",
        ["base_model_name_or_path"] = BaseModel,
        ["r"] = Rank,
        ["lora_alpha"] = Alpha,
        ["lora_dropout"] = Dropout,
        ["use_rslora"] = RankStabilized,
        ["bias"] = "none",
        ["target_modules"] = new JsonArray([.. TargetModules.Select(name => (JsonNode)name)]),
        ["fan_in_fan_out"] = FanInFanOut,
        ["inference_mode"] = true,
    }.ToJsonString(JsonFile.Indented) + "\n";

    public IEnumerable<OptionProblem> Problems()
    {
        if (Rank is < 1 or > 1 << 16)
            yield return new("r", Rank, "must be 1 to 65,536", "use 8 to 64");
        if (!double.IsFinite(Alpha))
            yield return new("lora_alpha", Alpha, "must be a number", "use twice the rank");
        if (Dropout is not (>= 0 and < 1))
            yield return new("lora_dropout", Dropout, "must be 0 or more and below 1", "use 0.05");
    }
}
