using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Causal;

/// <summary>What holds for every row of the table of decoder families.</summary>
public sealed class CausalFamilyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => [.. CausalArchitecture.All.Select(family => family.Name)];

    public void Dispose() => _folder.Dispose();

    private static CausalConfig Config(string name)
    {
        var family = CausalArchitecture.All.Single(f => f.Name == name);
        var bias = family.Bias == ProjectionBias.Everywhere;
        return new()
        {
            Architecture = name,
            HiddenSize = 24,
            IntermediateSize = 40,
            Layers = 2,
            Heads = 4,
            KeyValueHeads = family.Keys.KeyValueHeads is null ? 4 : 2,
            HeadSize = 6,
            VocabularySize = 37,
            MaxPositions = 32,
            NormEpsilon = 1e-5,
            Activation = family.Keys.DefaultActivation,
            LogitScale = family.Keys.DefaultLogitScale,
            TiedHead = family.Keys.IsTiedByDefault,
            QueryKeyValueBias = bias || family.Bias == ProjectionBias.QueryKeyValue,
            AttentionOutputBias = bias,
            SlidingWindow = family.DefaultWindow is null ? null : 5,
            BosId = 1,
            EosIds = [2, 3],
            PadId = 0,
        };
    }

    private static CausalModel NewModel(string family, ScalarType type = ScalarType.Float32)
    {
        var model = new CausalModel(Config(family), type, CPU);
        model.Initialize(4);
        return model;
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_saved_model_is_read_back_byte_for_byte(string family)
    {
        using var model = NewModel(family);
        model.Save(_folder.Path);
        using var again = CausalModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
        Assert.Equivalent(model.Config, again.Config, strict: true);
        Assert.Equal(model.Config.ParameterCount(), model.Parameters.Sum(p => p.Length));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_file_of_the_body_alone_is_read_by_its_shorter_names(string family)
    {
        using var model = NewModel(family);
        model.Save(_folder.Path);
        var prefix = model.Config.StoredNames().BodyPrefix;
        var tensors = model.Parameters
            .Select(p => (p.Name.StartsWith(prefix, StringComparison.Ordinal) ? p.Name[prefix.Length..] : p.Name, p.Value)).ToList();
        SafetensorsWriter.Write(_folder["model.safetensors"], tensors, ScalarType.Float32);
        using var again = CausalModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Gradients_agree_with_finite_differences(string family)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(family, ScalarType.Float64);
        using (no_grad())
            model.FlatParameters.narrow(0, 0, model.DecayedLength).mul_(10);
        var tokens = tensor(new long[,] { { 1, 5, 9, 2, 8, 7, 4 }, { 1, 30, 7, 36, 2, 2, 6 } });
        FiniteDifferences.AssertGradients(
            model.FlatParameters, model.Parameters,
            () => model.Project(model.Forward(tokens)).log_softmax(-1).narrow(-1, 5, 1).square().sum());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_step_down_the_gradient_lowers_the_loss(string family)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(family);
        var tokens = tensor(new long[,] { { 1, 5, 9, 2, 8, 7, 4 }, { 1, 30, 7, 36, 2, 2, 6 } });
        FiniteDifferences.AssertLearns(model.FlatParameters, model.Parameters, () =>
            nn.functional.cross_entropy(model.Project(model.Forward(tokens[.., ..^1])).flatten(0, 1), tokens[.., 1..].flatten()));
    }

    [Fact]
    public void A_tied_head_that_is_stored_too_is_the_same_tensor()
    {
        using var model = NewModel("CohereForCausalLM");
        model.Save(_folder.Path);
        var tensors = model.Parameters.Select(p => (p.Name, p.Value)).Append(("lm_head.weight", model.OutputWeight)).ToList();
        SafetensorsWriter.Write(_folder["model.safetensors"], tensors, ScalarType.Float32);
        CausalModel.Load(_folder.Path).Dispose();
        // Files that keep the head and drop the embedding, as some writers of shared tensors do.
        tensors.RemoveAll(tensor => tensor.Item1 == "model.embed_tokens.weight");
        SafetensorsWriter.Write(_folder["model.safetensors"], tensors, ScalarType.Float32);
        using var again = CausalModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
    }

    [Fact]
    public void Masks_that_old_gpt2_files_carry_are_not_missed()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel("GPT2LMHeadModel");
        model.Save(_folder.Path);
        var mask = ones(1, 1, 32, 32);
        SafetensorsWriter.Write(
            _folder["model.safetensors"],
            [.. model.Parameters.Select(p => (p.Name, p.Value)), ("transformer.h.0.attn.bias", mask), ("h.1.attn.masked_bias", mask)],
            ScalarType.Float32);
        CausalModel.Load(_folder.Path).Dispose();
    }
}
