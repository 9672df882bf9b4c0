using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.Adapters;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Adapters;

public sealed class LoraAdapterTests : IDisposable
{
    private static readonly CausalConfig Tiny = new()
    {
        HiddenSize = 16,
        IntermediateSize = 24,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 4,
        VocabularySize = 31,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Every folder of kind lora is a case.</summary>
    public static IReadOnlyCollection<ITheoryDataRow> Folders()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "golden.json"))
        {
            using var golden = JsonDocument.Parse(File.ReadAllBytes(file));
            if (golden.RootElement.GetProperty("kind").GetString() == "lora")
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
        }

        return Goldens.Cases(data);
    }

    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Folders))]
    public void An_adapter_computes_and_merges_as_the_reference_does(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var folder = Goldens.GoldenPath("models", name);
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(folder, "golden.json")));
        var golden = document.RootElement;
        using var model = CausalModel.Load(folder);
        using var adapter = LoraAdapter.Load(folder, model);
        using var outputs = new SafetensorsFile(Path.Combine(folder, golden.GetProperty("outputs").GetString()!));
        var tolerance = golden.GetProperty("tolerance").GetProperty("logits").GetDouble();
        using (var adapted = model.WithAdapter(adapter))
            Assert.InRange(Distance(Logits(adapted, golden), outputs.View("logits")), 0, tolerance);

        HuggingFaceExport.Write(folder, _folder["exported"], adapter: folder);
        adapter.Merge(model);
        Assert.InRange(Distance(Logits(model, golden), outputs.View("logits")), 0, tolerance);
        using var merged = new SafetensorsFile(Path.Combine(folder, golden.GetProperty("merged").GetString()!));
        using var exported = new SafetensorsFile(_folder["exported", "model.safetensors"]);
        foreach (var parameter in model.Parameters)
        {
            var near = golden.GetProperty("tolerance").GetProperty("merged").GetDouble();
            Assert.InRange(Distance(parameter.Value, merged.View(parameter.Name)), 0, near);
            Assert.InRange(Distance(exported.View(parameter.Name), merged.View(parameter.Name)), 0, near);
        }
    }

    [Theory]
    [InlineData("LlamaForCausalLM", false)]
    [InlineData("LlamaForCausalLM", true)]
    [InlineData("GPT2LMHeadModel", false)]
    public void Small_matrices_beside_the_weights_compute_what_merged_weights_compute(string architecture, bool rankStabilized)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var isGpt = architecture == "GPT2LMHeadModel";
        using var model = Model(isGpt
            ? Tiny with { Architecture = architecture, KeyValueHeads = 4, TiedHead = true, Activation = "gelu_new", QueryKeyValueBias = true, AttentionOutputBias = true }
            : Tiny);
        using var adapter = LoraAdapter.Create(
            new()
            {
                Rank = 3,
                Alpha = 5,
                RankStabilized = rankStabilized,
                FanInFanOut = isGpt,
                TargetModules = isGpt ? ["c_attn", "c_proj"] : ["q_proj", "v_proj", "down_proj"],
            },
            model, seed: 5);
        Assert.Equal(rankStabilized ? 5 / Math.Sqrt(3) : 5 / 3.0, adapter.Config.Scale, 1e-12);
        var before = Project(model);
        using var adapted = model.WithAdapter(adapter);
        Assert.Equal(0, Distance(before, Project(adapted)));   // B is zero

        Randomize(adapter);
        var unmerged = Project(adapted);
        Assert.InRange(Distance(before, unmerged), 0.01, double.MaxValue);
        adapter.Save(_folder["adapter"]);
        using var again = LoraAdapter.Load(_folder["adapter"], model);
        again.Merge(model);
        Assert.InRange(Distance(Project(model), unmerged), 0, 2e-5);
    }

    [Fact]
    public void Gradients_reach_the_flat_buffer_of_the_adapter_alone()
    {
        using var scope = NewDisposeScope();
        using var model = Model(Tiny);
        using var adapter = LoraAdapter.Create(new() { Rank = 2, Alpha = 4, TargetModules = ["q_proj", "up_proj"] }, model, seed: 5);
        Randomize(adapter);
        foreach (var parameter in adapter.Parameters)
            parameter.Value.requires_grad = true;
        using var adapted = model.WithAdapter(adapter);
        Project(adapted).square().mean().backward();
        Assert.All(adapter.Parameters, parameter => Assert.True(parameter.Value.grad!.abs().sum().item<float>() > 0, parameter.Name));
        Assert.All(model.Parameters, parameter => Assert.Null(parameter.Value.grad));
        Assert.Equal(adapter.FlatParameters.shape[0], adapter.DecayedLength);
        Assert.Equal(
            adapter.FlatParameters.narrow(0, adapter.Parameters[1].Offset, adapter.Parameters[1].Length).data<float>().ToArray(),
            adapter.Parameters[1].Value.reshape(-1).data<float>().ToArray());
    }

    [Fact]
    public void An_adapter_of_another_model_is_one_clear_error()
    {
        using var model = Model(Tiny);
        using (var adapter = LoraAdapter.Create(
            new() { Rank = 2, Alpha = 4, TargetModules = ["q_proj"], BaseModel = "Tiny-1" }, model, seed: 5))
        {
            adapter.Save(_folder.Path);
        }

        using var wider = Model(Tiny with { HiddenSize = 32 });
        AssertRefused(wider, "for another model: base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight has the shape [2, 16]", "Tiny-1");
        using var shallower = Model(Tiny with { Layers = 1 });
        AssertRefused(shallower, "has no place for base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight", "Tiny-1");
        using var deeper = Model(Tiny with { Layers = 3 });
        AssertRefused(deeper, "lacks base_model.model.model.layers.2.self_attn.q_proj.lora_A.weight", "Tiny-1");
        Change("r", 3);
        AssertRefused(model, "has the shape [2, 16], and for this model and r = 3 it is [3, 16]", "Tiny-1");
        Change("r", 2);
        Change("target_modules", new JsonArray("k_proj"));
        AssertRefused(model, "lacks", "Tiny-1");
        Change("target_modules", ".*q_proj");
        LoraAdapter.Load(_folder.Path, model).Dispose();
    }

    [Theory]
    [InlineData("bias", "\"all\"", "only none is implemented")]
    [InlineData("peft_type", "\"LOHA\"", "only LORA is implemented")]
    [InlineData("use_dora", "true", "this key is unknown here")]
    [InlineData("modules_to_save", "[\"embed_tokens\"]", "this key is unknown here")]
    [InlineData("rank_pattern", "{\"q_proj\": 4}", "this key is unknown here")]
    [InlineData("r", "0", "must be 1 to 65,536")]
    public void Configs_that_mean_something_else_are_refused(string key, string value, string message)
    {
        using var model = Model(Tiny);
        using (var adapter = LoraAdapter.Create(new() { Rank = 2, Alpha = 4, TargetModules = ["q_proj"] }, model, seed: 5))
            adapter.Save(_folder.Path);
        Change(key, JsonNode.Parse(value));
        Assert.Contains(
            message, Assert.Throws<RequestException>(() => LoraAdapter.Load(_folder.Path, model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_target_that_the_model_has_not_is_refused_by_name()
    {
        using var model = Model(Tiny);
        var refusal = Assert.Throws<RequestException>(
            () => LoraAdapter.Create(new() { Rank = 2, Alpha = 4, TargetModules = ["q_proj", "c_attn"] }, model, seed: 5));
        Assert.Contains("target_modules names c_attn", refusal.Message, StringComparison.Ordinal);
    }

    private static CausalModel Model(CausalConfig config)
    {
        var model = new CausalModel(config, ScalarType.Float32, CPU);
        model.Initialize(seed: 3);
        return model;
    }

    private static void Randomize(LoraAdapter adapter)
    {
        using var quiet = no_grad();
        using var generator = new Generator(9, CPU);
        foreach (var parameter in adapter.Parameters)
            parameter.Value.normal_(0, 0.5, generator);
    }

    private static Tensor Project(CausalModel model) => model.Project(model.Forward(arange(7, ScalarType.Int64).unsqueeze(0)));

    private static Tensor Logits(CausalModel model, JsonElement golden)
    {
        var inputs = golden.GetProperty("inputs");
        Tensor Matrix(string name) => stack(inputs.GetProperty(name).EnumerateArray()
            .Select(row => tensor(row.EnumerateArray().Select(x => x.GetInt64()).ToArray())), 0);
        var mask = Matrix("attention_mask");
        var length = mask.shape[1];
        var visible = mask.to(ScalarType.Bool).unsqueeze(1).unsqueeze(1).logical_and(ones(length, length, ScalarType.Bool).tril())
            .logical_or(eye(length, dtype: ScalarType.Bool));
        return model.Project(model.Forward(Matrix("input_ids"), Matrix("position_ids"), visible)) * mask.unsqueeze(-1);
    }

    private static double Distance(Tensor a, Tensor b) => (a - b).abs().max().item<float>();

    private void AssertRefused(CausalModel model, string message, string mend)
    {
        var refusal = Assert.Throws<RequestException>(() => LoraAdapter.Load(_folder.Path, model));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains(mend, refusal.Mend, StringComparison.Ordinal);
    }

    private void Change(string key, JsonNode? value)
    {
        var path = _folder["adapter_config.json"];
        var json = JsonNode.Parse(File.ReadAllText(path))!;
        json[key] = value;
        File.WriteAllText(path, json.ToJsonString());
    }
}
