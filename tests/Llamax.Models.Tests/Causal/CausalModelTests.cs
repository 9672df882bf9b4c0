using System.Security.Cryptography;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Runs;
using Llamax.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Causal;

public sealed class CausalModelTests : IDisposable
{
    private static readonly CausalConfig Small = new()
    {
        HiddenSize = 24,
        IntermediateSize = 40,
        Layers = 2,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 6,
        VocabularySize = 37,
        MaxPositions = 32,
        BosId = 1,
        EosIds = [2],
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-model-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static CausalModel NewModel(CausalConfig? config = null, ulong seed = 1)
    {
        var model = new CausalModel(config ?? Small, ScalarType.Float32, CPU);
        model.Initialize(seed);
        return model;
    }

    private static string Hash(CausalModel model) => Convert.ToHexString(SHA256.HashData(model.FlatParameters.bytes));

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, true)]
    public void Every_weight_is_an_aligned_slice_of_one_buffer_matrices_first(bool tied, bool bias)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(Small with { TiedHead = tied, QueryKeyValueBias = bias, AttentionOutputBias = bias });
        Assert.Equal(model.Config.ParameterCount(), model.Parameters.Sum(p => p.Length));
        Assert.Equal(tied ? 1 : 2, model.Parameters.Count(p => p.Length == 37 * 24));
        Assert.Equal(tied ? "model.embed_tokens.weight" : "lm_head.weight", model.Parameters.Last(p => p.Length == 37 * 24).Name);
        foreach (var (parameter, next) in model.Parameters.Zip(model.Parameters.Skip(1)))
        {
            Assert.Equal(0, parameter.Offset % 64);
            Assert.True(parameter.Offset + parameter.Length <= next.Offset);
            Assert.True(parameter.Decays || !next.Decays);
        }

        foreach (var parameter in model.Parameters)
        {
            Assert.Equal(parameter.Decays, parameter.Offset < model.DecayedLength);
            Assert.Equal(parameter.Decays, parameter.Value.dim() == 2);
            model.FlatParameters.narrow(0, parameter.Offset, parameter.Length).fill_(7);
            Assert.True(parameter.Value.eq(7).all().item<bool>());
            Assert.True(parameter.Value.is_leaf);
        }
    }

    [Fact]
    public void The_seed_decides_every_byte()
    {
        using var first = NewModel();
        using var second = NewModel();
        using var other = NewModel(seed: 2);
        Assert.Equal(Hash(first), Hash(second));
        Assert.NotEqual(Hash(first), Hash(other));
        using var scope = NewDisposeScope();
        Assert.Equal(0.02, first["lm_head.weight"].std().item<float>(), 2e-3);
        Assert.Equal(0.01, first["model.layers.0.mlp.down_proj.weight"].std().item<float>(), 1e-3);
        Assert.True(first["model.norm.weight"].eq(1).all().item<bool>());
        Assert.False(first["model.layers.0.mlp.up_proj.weight"].eq(first["model.layers.1.mlp.up_proj.weight"]).all().item<bool>());
    }

    [Fact]
    public void Gradients_gather_in_a_flat_buffer_and_agree_with_finite_differences()
    {
        using var scope = NewDisposeScope();
        using var model = new CausalModel(Small, ScalarType.Float64, CPU);
        model.Initialize(4);
        using (no_grad())
            model.FlatParameters.narrow(0, 0, model.DecayedLength).mul_(10);
        var gradient = zeros_like(model.FlatParameters);
        foreach (var parameter in model.Parameters)
        {
            parameter.Value.requires_grad_(true);
            parameter.Value.grad = gradient.narrow(0, parameter.Offset, parameter.Length).view(parameter.Value.shape);
        }

        var tokens = tensor(new long[,] { { 1, 5, 9, 2 }, { 1, 30, 7, 36 } });
        Tensor Loss() => model.Project(model.Forward(tokens)).log_softmax(-1).narrow(-1, 5, 1).square().sum();
        Loss().backward();
        using var quiet = no_grad();
        foreach (var parameter in model.Parameters)
        {
            foreach (var offset in new[] { 0, parameter.Length / 2, parameter.Length - 1 })
            {
                var element = model.FlatParameters.narrow(0, parameter.Offset + offset, 1);
                element.add_(1e-5);
                var above = Loss().item<double>();
                element.sub_(2e-5);
                var difference = (above - Loss().item<double>()) / 2e-5;
                element.add_(1e-5);
                var computed = gradient[parameter.Offset + offset].item<double>();
                Assert.True(
                    Math.Abs(difference - computed) <= 1e-5 * (1 + Math.Abs(computed)),
                    $"{parameter.Name}[{offset}]: {computed}, not {difference}");
            }
        }
    }

    [Fact]
    public void Packed_documents_do_not_see_each_other()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = NewModel();
        var (first, second) = (tensor(new long[,] { { 1, 5, 9 } }), tensor(new long[,] { { 1, 30, 7, 4 } }));
        var segments = tensor(new long[,] { { 0, 0, 0, 1, 1, 1, 1 } });
        var visible = segments.unsqueeze(-1).eq(segments.unsqueeze(-2)).logical_and(ones(7, 7, ScalarType.Bool).tril()).unsqueeze(1);
        var packed = model.Forward(cat([first, second], 1), tensor(new long[,] { { 0, 1, 2, 0, 1, 2, 3 } }), visible);
        var apart = cat([model.Forward(first), model.Forward(second)], 1);
        Assert.InRange((packed - apart).abs().max().item<float>(), 0, 1e-5);
    }

    [Fact]
    public void A_forward_and_backward_pass_leaves_no_tensor_behind()
    {
        using var model = NewModel();
        using var gradient = zeros_like(model.FlatParameters).DetachFromDisposeScope();
        foreach (var parameter in model.Parameters)
        {
            parameter.Value.requires_grad_(true);
            parameter.Value.grad = gradient.narrow(0, parameter.Offset, parameter.Length).view(parameter.Value.shape);
        }

        void Step()
        {
            using var scope = NewDisposeScope();
            model.Project(model.Forward(tensor(new long[,] { { 1, 5, 9 } }))).sum().backward();
        }

        Step();
        DisposeScopeManager.Statistics.Reset();
        Step();
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_forward_pass_gives_its_caller_one_tensor()
    {
        using var model = NewModel();
        using var quiet = no_grad();
        using var tokens = tensor(new long[,] { { 1, 5, 9 } });
        model.Forward(tokens).Dispose();
        DisposeScopeManager.Statistics.Reset();
        model.Forward(tokens).Dispose();
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_sequence_beyond_the_positions_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel();
        var refusal = Assert.Throws<RequestException>(() => model.Forward(zeros(1, 33, ScalarType.Int64)));
        Assert.Contains("33 tokens is longer than the model's 32 positions", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, 5_000_000_000, 1)]
    [InlineData(true, 5_000_000_000, 1)]
    [InlineData(false, 4000, 9)]
    public void A_saved_model_is_read_back_byte_for_byte(bool tied, long maxShardBytes, int atLeastFiles)
    {
        using var model = NewModel(Small with { TiedHead = tied });
        model.Save(_folder, maxShardBytes: maxShardBytes);
        using var again = CausalModel.Load(_folder);
        Assert.Equal(Hash(model), Hash(again));
        Assert.Equivalent(model.Config, again.Config, strict: true);
        Assert.True(Directory.GetFiles(_folder, "*.safetensors").Length >= atLeastFiles);
    }

    [Fact]
    public void Loading_leaves_nothing_behind_once_the_model_is_disposed()
    {
        using var model = NewModel();
        model.Save(_folder, maxShardBytes: 4000);
        CausalModel.Load(_folder).Dispose();
        DisposeScopeManager.Statistics.Reset();
        CausalModel.Load(_folder, ScalarType.BFloat16).Dispose();
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void Saving_again_with_other_shards_leaves_no_old_weights()
    {
        using var model = NewModel();
        model.Save(_folder, maxShardBytes: 4000);
        model.Save(_folder);
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(_folder).Select(Path.GetFileName).Order());
        model.Save(_folder, maxShardBytes: 4000);
        Assert.False(File.Exists(Path.Combine(_folder, "model.safetensors")));
        CausalModel.Load(_folder).Dispose();
    }

    [Fact]
    public void A_model_saved_in_bfloat16_is_the_rounded_model()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel();
        model.Save(_folder, ScalarType.BFloat16);
        Assert.Contains("\"torch_dtype\": \"bfloat16\"", File.ReadAllText(Path.Combine(_folder, "config.json")), StringComparison.Ordinal);
        using var again = CausalModel.Load(_folder);
        Assert.True(again.FlatParameters.eq(model.FlatParameters.to(ScalarType.BFloat16).to(ScalarType.Float32)).all().item<bool>());
        using var half = CausalModel.Load(_folder, ScalarType.BFloat16);
        var tokens = tensor(new long[,] { { 1, 5, 9 } });
        var (rough, exact) = (half.Project(half.Forward(tokens)), again.Project(again.Forward(tokens)));
        Assert.InRange((rough.to(ScalarType.Float32) - exact).abs().max().item<float>(), 0, 0.02);
    }

    /// <summary>Every folder of kind checkpoint-formats is a case: the same weights in other containers.</summary>
    public static IReadOnlyCollection<ITheoryDataRow> Formats()
    {
        var data = new TheoryData<string, string>();
        foreach (var file in Goldens.Files("models", "golden.json"))
        {
            using var golden = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(file));
            if (golden.RootElement.GetProperty("kind").GetString() != "checkpoint-formats")
                continue;
            foreach (var folder in golden.RootElement.GetProperty("folders").EnumerateArray().Select(f => f.GetString()!))
                data.Add(file, folder);
        }

        return Goldens.Cases(data);
    }

    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Formats))]
    public void The_same_weights_come_out_of_every_container(string goldenFile, string name)
    {
        var folder = Path.Combine(Path.GetDirectoryName(goldenFile)!, name);
        using var scope = NewDisposeScope();
        using var golden = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(goldenFile));
        using var model = CausalModel.Load(folder);
        using var checkpoint = new CheckpointFolder(folder);
        var type = checkpoint.Tensors.First().Value.Type == "BF16" ? "bf16" : "fp16";
        foreach (var sample in golden.RootElement.GetProperty("samples").EnumerateObject())
        {
            Assert.Equal(sample.Value.GetProperty("shape").EnumerateArray().Select(x => x.GetInt64()), model[sample.Name].shape);
            var expected = sample.Value.GetProperty(type).EnumerateArray().Select(x => x.GetSingle()).ToArray();
            Assert.Equal(expected, model[sample.Name].reshape(-1)[..expected.Length].data<float>().ToArray());
        }
    }
}
