using System.Text.Json.Nodes;
using Llamax.Models.Checkpoints;
using Llamax.Models.Encoders;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Encoders;

public sealed class EncoderModelTests : IDisposable
{
    private static readonly EncoderConfig Small = new()
    {
        HiddenSize = 24,
        IntermediateSize = 40,
        Layers = 2,
        Heads = 4,
        VocabularySize = 37,
        PositionRows = 18,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IReadOnlyCollection<ITheoryDataRow> Folders() => GoldenFolder.OfKind("encoder");

    private static EncoderModel NewModel(ScalarType type = ScalarType.Float32)
    {
        var model = new EncoderModel(Small, type, CPU);
        model.Initialize(5);
        return model;
    }

    [Theory]
    [Trait("Category", "Golden")]
    [MemberData(nameof(Folders))]
    public void Hidden_states_of_all_layers_equal_those_of_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var golden = new GoldenFolder(name);
        using var model = golden.LoadOrSkip(folder => EncoderModel.Load(folder));
        var mask = golden.Input("attention_mask");
        var states = model.HiddenStates(golden.Input("input_ids"), mask.to(ScalarType.Bool));
        golden.AssertClose("hidden_states", stack(states, 0) * mask.unsqueeze(-1));
        golden.AssertClose("last_hidden_state", states[^1] * mask.unsqueeze(-1));
    }

    [Fact]
    public void Padding_changes_no_real_token()
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = NewModel();
        var alone = model.Forward(tensor(new long[,] { { 0, 5, 9, 2 } }));
        var padded = model.Forward(
            tensor(new long[,] { { 0, 5, 9, 2, 1, 1 }, { 0, 7, 8, 9, 10, 2 } }),
            tensor(new[,] { { true, true, true, true, false, false }, { true, true, true, true, true, true } }));
        Assert.InRange((padded[0, ..4] - alone[0]).abs().max().item<float>(), 0, 1e-6);
    }

    [Fact]
    public void A_saved_encoder_is_read_back_byte_for_byte()
    {
        using var model = NewModel();
        model.Save(_folder.Path);
        using var again = EncoderModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
        Assert.Equal(model.Config, again.Config);
    }

    [Theory]
    [InlineData("roberta.", "lm_head.bias")]
    [InlineData("", "pooler.dense.weight")]
    [InlineData("", "embeddings.position_ids")]
    public void A_model_with_a_head_is_an_encoder_too(string prefix, string other)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel();
        model.Save(_folder.Path);
        SafetensorsWriter.Write(
            _folder["model.safetensors"],
            [.. model.Parameters.Select(p => (prefix + p.Name, p.Value)), (other, ones(3))], ScalarType.Float32);
        using var again = EncoderModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
    }

    [Fact]
    public void An_encoder_inside_another_checkpoint_is_found_by_its_prefix()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel();
        SafetensorsWriter.Write(
            _folder["model.safetensors"],
            [.. model.Parameters.Select(p => ("encoder.model." + p.Name, p.Value)), ("estimator.ff.0.weight", ones(3))],
            ScalarType.Float32);
        using var checkpoint = new CheckpointFolder(_folder.Path);
        using var again = EncoderModel.Extract(Small, checkpoint, "encoder.model.", ScalarType.Float32, CPU);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
        var missing = Assert.Throws<RequestException>(() => EncoderModel.Extract(Small, checkpoint, "encoder.", ScalarType.Float32, CPU));
        Assert.Contains("missing (encoder.embeddings.", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Gradients_agree_with_finite_differences()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(ScalarType.Float64);
        var tokens = tensor(new long[,] { { 0, 5, 9, 2 }, { 0, 30, 7, 2 } });
        FiniteDifferences.AssertGradients(
            model.FlatParameters, model.Parameters, () => model.Forward(tokens).narrow(-1, 3, 5).square().sum());
    }

    [Theory]
    [InlineData("model_type", "\"bert\"", "model_type = bert")]
    [InlineData("position_embedding_type", "\"relative_key\"", "only absolute positions")]
    [InlineData("hidden_act", "\"tanh\"", "hidden_act = tanh")]
    [InlineData("num_attention_heads", "5", "must divide hidden_size = 24")]
    [InlineData("max_position_embeddings", "2", "leaves no position")]
    [InlineData("pad_token_id", "37", "below vocab_size = 37")]
    [InlineData("vocab_size", "0", "must be 1 to 16,777,216")]
    [InlineData("hidden_size", "16777216", "more than 2^44 parameters")]
    [InlineData("num_experts", "8", "num_experts = 8")]
    public void What_changes_the_result_and_is_not_implemented_is_refused(string key, string value, string message)
    {
        var json = JsonNode.Parse(Small.ToJson())!;
        json[key] = JsonNode.Parse(value);
        if (key == "hidden_size")
            json["num_hidden_layers"] = 1 << 24;
        var path = _folder.Write("config.json", json.ToJsonString());
        Assert.Contains(message, Assert.Throws<RequestException>(() => EncoderConfig.FromJson(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_beyond_the_positions_is_refused()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel();
        Assert.Equal(16, model.Config.MaxLength);
        model.Forward(ones(1, 16, ScalarType.Int64));
        Assert.Throws<RequestException>(() => model.Forward(ones(1, 17, ScalarType.Int64)));
    }
}
