using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Runs;

namespace Llamax.Models.Tests.Causal;

public sealed class CausalConfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-config-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private CausalConfig Read(string changes = "{}")
    {
        var keys = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>("""
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "vocab_size": 50, "hidden_size": 32, "intermediate_size": 48,
             "num_hidden_layers": 2, "num_attention_heads": 4, "hidden_act": "silu", "use_cache": true}
            """)!;
        foreach (var (key, value) in JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(changes)!)
            keys[key] = value;
        var path = Path.Combine(_folder, "config.json");
        File.WriteAllText(path, JsonSerializer.Serialize(keys));
        return CausalConfig.FromJson(path);
    }

    [Fact]
    public void Absent_keys_have_the_values_that_transformers_gives_them()
    {
        var config = Read();
        Assert.Equal((4, 8, 2048), (config.KeyValueHeads, config.HeadSize, config.MaxPositions));
        Assert.Equal((10000.0, 1e-6, false), (config.RopeTheta, config.NormEpsilon, config.TiedHead));
        Assert.Null(config.RopeScaling);
        Assert.Empty(config.EosIds);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        var config = Read("""
            {"num_key_value_heads": 2, "head_dim": 16, "rope_theta": 500000, "eos_token_id": [3, 4], "bos_token_id": 1, "pad_token_id": 4,
             "tie_word_embeddings": true, "attention_bias": true, "rms_norm_eps": 1e-5,
             "rope_scaling": {"rope_type": "llama3", "factor": 8, "low_freq_factor": 1, "high_freq_factor": 4,
                              "original_max_position_embeddings": 64}}
            """);
        var path = Path.Combine(_folder, "again.json");
        File.WriteAllText(path, config.ToJson());
        Assert.Equivalent(config, CausalConfig.FromJson(path), strict: true);
    }

    [Fact]
    public void Rope_parameters_of_transformers_5_are_read()
    {
        var config = Read("""{"rope_parameters": {"rope_type": "linear", "factor": 2, "rope_theta": 7000}}""");
        Assert.Equal(7000, config.RopeTheta);
        Assert.Equal((RopeScalingKind.Linear, 2.0), (config.RopeScaling!.Kind, config.RopeScaling.Factor));
    }

    [Theory]
    [InlineData("""{"rope_scaling": {"type": "dynamic", "factor": 2}}""", "rope_type = dynamic")]
    [InlineData("""{"rope_scaling": {"rope_type": "linear", "factor": 2, "mscale": 1}}""", "mscale = 1")]
    [InlineData("""{"rope_scaling": {"rope_type": "llama3"}}""", "factor is missing")]
    [InlineData("""{"hidden_act": "quick_gelu"}""", "hidden_act = quick_gelu")]
    [InlineData("""{"mlp_bias": true}""", "mlp_bias = true")]
    [InlineData("""{"logit_scale": 0.5}""", "logit_scale = 0.5")]
    [InlineData("""{"quantization_config": {"bits": 4}}""", "quantization_config")]
    [InlineData("""{"architectures": ["BloomForCausalLM"]}""", "architectures = BloomForCausalLM")]
    [InlineData("""{"architectures": ["MistralForCausalLM"]}""", "num_key_value_heads is missing")]
    [InlineData("""{"vocab_size": null}""", "vocab_size is missing")]
    [InlineData("""{"hidden_size": "32"}""", "hidden_size = \"32\": must be a whole number")]
    [InlineData("""{"hidden_size": 33}""", "hidden_size = 33 is no multiple")]
    [InlineData("""{"num_attention_heads": 0}""", "num_attention_heads = 0")]
    [InlineData("""{"num_key_value_heads": 3}""", "must divide num_attention_heads = 4")]
    [InlineData("""{"head_dim": 7}""", "must be even")]
    [InlineData("""{"eos_token_id": 50}""", "below vocab_size = 50")]
    [InlineData("""{"hidden_size": 16777216, "vocab_size": 16777216, "num_hidden_layers": 16777216}""", "more than 2^44 parameters")]
    public void What_changes_the_result_and_is_not_implemented_is_refused(string changes, string message)
    {
        var refusal = Assert.Throws<RequestException>(() => Read(changes));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("config.json", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"sliding_window": null, "mlp_bias": false, "some_new_switch": false, "_name_or_path": "x"}""")]
    [InlineData("""{"rope_scaling": {"rope_type": "default"}}""")]
    [InlineData("""{"pad_token_id": -1}""")]
    public void What_changes_nothing_is_accepted(string changes) => Assert.Equivalent(Read(), Read(changes), strict: true);

    [Fact]
    public void Qwen_uses_its_window_only_when_asked()
    {
        const string Qwen = """
            "architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 2, "max_position_embeddings": 64, "sliding_window": 8
            """;
        Assert.Null(Read($$"""{ {{Qwen}}, "max_window_layers": 1 }""").SlidingWindow);
        Assert.Equal(8, Read($$"""{ {{Qwen}}, "max_window_layers": 0, "use_sliding_window": true }""").SlidingWindow);
        Assert.Throws<RequestException>(() => Read($$"""{ {{Qwen}}, "max_window_layers": 1, "use_sliding_window": true }"""));
        Assert.True(Read($$"""{ {{Qwen}} }""").QueryKeyValueBias);
    }

    [Fact]
    public void A_window_that_is_not_written_down_is_that_of_transformers()
    {
        const string Qwen = """
            "architectures": ["Qwen2ForCausalLM"], "num_key_value_heads": 2, "max_position_embeddings": 64, "use_sliding_window": true
            """;
        Assert.Null(Read($$"""{ {{Qwen}}, "sliding_window": 8 }""").SlidingWindow);
        Assert.Equal(4096, Read($$"""{ {{Qwen}}, "max_window_layers": 0 }""").SlidingWindow);
    }

    [Fact]
    public void What_config_json_cannot_say_is_refused()
    {
        var llama = Read();
        Assert.Equal(["sliding_window"], (llama with { SlidingWindow = 8 }).Problems().Select(p => p.Option));
        Assert.Equal(["attention_bias"], (llama with { QueryKeyValueBias = true }).Problems().Select(p => p.Option));
        Assert.Empty((llama with { QueryKeyValueBias = true, AttentionOutputBias = true }).Problems());
        var qwen = llama with { Architecture = "Qwen2ForCausalLM", QueryKeyValueBias = true };
        Assert.Empty((qwen with { SlidingWindow = 8 }).Problems());
        Assert.Equal(["attention_bias"], (qwen with { AttentionOutputBias = true }).Problems().Select(p => p.Option));
    }

    [Fact]
    public void A_missing_or_broken_file_is_named()
    {
        var missing = Assert.Throws<RequestException>(() => CausalConfig.FromJson(Path.Combine(_folder, "no.json")));
        Assert.Contains("does not exist", missing.Message, StringComparison.Ordinal);
        foreach (var (text, message) in new[] { ("{", "not valid JSON"), ("[]", "not an object") })
        {
            var path = Path.Combine(_folder, "bad.json");
            File.WriteAllText(path, text);
            Assert.Contains(message, Assert.Throws<RequestException>(() => CausalConfig.FromJson(path)).Message, StringComparison.Ordinal);
        }
    }
}
