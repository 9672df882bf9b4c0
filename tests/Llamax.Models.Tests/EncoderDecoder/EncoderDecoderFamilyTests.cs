using System.Text.Json.Nodes;
using Llamax.Models.Checkpoints;
using Llamax.Models.EncoderDecoder;
using Llamax.Runs;
using Llamax.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.EncoderDecoder;

/// <summary>What holds for every row of the table of encoder-decoder families.</summary>
public sealed class EncoderDecoderFamilyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string, bool> Families
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (var family in EncoderDecoderArchitecture.All)
            {
                data.Add(family.Name, true);
                data.Add(family.Name, false);
            }

            return data;
        }
    }

    public void Dispose() => _folder.Dispose();

    private static EncoderDecoderConfig Config(string name, bool tied)
    {
        var isT5 = !name.StartsWith("M2M", StringComparison.Ordinal);
        return new()
        {
            Architecture = name,
            HiddenSize = 24,
            EncoderLayers = 2,
            DecoderLayers = 3,
            EncoderHeads = isT5 ? 3 : 2,
            DecoderHeads = isT5 ? 3 : 4,
            HeadSize = isT5 ? 10 : null,
            EncoderIntermediateSize = isT5 ? 36 : 28,
            DecoderIntermediateSize = 36,
            VocabularySize = 37,
            MaxPositions = isT5 ? 4096 : 32,
            RelativeBuckets = isT5 ? 8 : 0,
            RelativeMaxDistance = isT5 ? 12 : 0,
            NormEpsilon = isT5 ? 1e-6 : 1e-5,
            Activation = isT5 && !tied ? "gelu_new" : "relu",
            IsGated = isT5 && !tied,      // T5 of 2019 is tied and not gated, T5 v1.1 neither
            ScaleEmbedding = !isT5,
            TiedHead = tied,
            DecoderStartId = 2,
            ForcedBosId = 7,
            BosId = 0,
            EosIds = [2, 3],
            PadId = 1,
        };
    }

    private static EncoderDecoderModel NewModel(string family, bool tied, ScalarType type = ScalarType.Float32)
    {
        var model = new EncoderDecoderModel(Config(family, tied), type, CPU);
        model.Initialize(4);
        return model;
    }

    private static Tensor Logits(EncoderDecoderModel model)
    {
        var source = tensor(new long[,] { { 5, 9, 30, 2 }, { 8, 7, 2, 1 } });
        var isToken = source.ne(1);
        var target = tensor(new long[,] { { 2, 7, 5, 9, 8, 7, 4 }, { 2, 7, 30, 7, 36, 2, 6 } });
        return model.Project(model.Decode(target, model.Encode(source, isToken), isToken));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_saved_model_is_read_back_byte_for_byte(string family, bool tied)
    {
        using var model = NewModel(family, tied);
        model.Save(_folder.Path);
        using var again = EncoderDecoderModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
        Assert.Equivalent(model.Config, again.Config, strict: true);
        Assert.Equal(model.Config.ParameterCount(), model.Parameters.Sum(p => p.Length));
    }

    [Theory]
    [InlineData("M2M100ForConditionalGeneration", true)]
    [InlineData("T5ForConditionalGeneration", true)]
    [InlineData("MT5ForConditionalGeneration", false)]
    public void Gradients_agree_with_finite_differences(string family, bool tied)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(family, tied, ScalarType.Float64);
        using (no_grad())
            model.FlatParameters.narrow(0, 0, model.DecayedLength).mul_(8);
        FiniteDifferences.AssertGradients(
            model.FlatParameters, model.Parameters, () => Logits(model).log_softmax(-1).narrow(-1, 5, 1).square().sum());
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_step_down_the_gradient_lowers_the_loss(string family, bool tied)
    {
        using var scope = NewDisposeScope();
        using var model = NewModel(family, tied);
        using (no_grad())
            model.FlatParameters.narrow(0, 0, model.DecayedLength).mul_(5);
        var labels = tensor(new long[,] { { 7, 5, 9, 8, 7, 4, 2 }, { 7, 30, 7, 36, 2, 6, 2 } }).flatten();
        FiniteDifferences.AssertLearns(
            model.FlatParameters, model.Parameters, () => nn.functional.cross_entropy(Logits(model).flatten(0, 1), labels));
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void Steps_with_a_cache_equal_whole_targets_read_afresh(string family, bool tied)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = NewModel(family, tied);
        model.FlatParameters.narrow(0, 0, model.DecayedLength).mul_(8);   // sharper than a fresh model: errors show
        int[][] sources = [[5, 9, 30, 2], [8, 2], [11, 12, 13, 14, 15, 16, 2]];
        using var cache = model.NewCache();
        var rows = sources.Select(source => (Source: source, Target: new List<int> { model.Config.DecoderStartId })).ToList();
        AssertRows(model.Prefill(sources, 5, cache));
        foreach (var (parents, tokens) in new (int[], int[])[]
        {
            ([0, 0, 1, 1, 2], [3, 4, 5, 6, 7]), ([1, 0, 4, 3, 2], [8, 9, 10, 11, 12]), ([4, 2, 2, 0], [13, 14, 15, 16]), ([2, 1], [3, 4]),
            ([0, 0, 0], [5, 6, 7]),
        })
        {
            rows = [.. parents.Select((parent, i) => (rows[parent].Source, rows[parent].Target.Append(tokens[i]).ToList()))];
            cache.Select(parents);
            AssertRows(model.Step(tokens, cache));
        }

        void AssertRows(Tensor hidden)
        {
            Assert.Equal(rows.Count, hidden.shape[0]);
            for (var row = 0; row < rows.Count; row++)
            {
                var memory = model.Encode(tensor(rows[row].Source.Select(id => (long)id).ToArray()).unsqueeze(0));
                var afresh = model.Decode(tensor(rows[row].Target.Select(id => (long)id).ToArray()).unsqueeze(0), memory);
                Assert.InRange((afresh[0, -1] - hidden[row]).abs().max().item<float>(), 0, 2e-5);
            }
        }
    }

    [Fact]
    public void The_names_of_fairseq_s_files_are_those_without_the_body_s()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel("M2M100ForConditionalGeneration", true);
        model.Save(_folder.Path);
        const string Shared = "model.shared.weight";
        SafetensorsWriter.Write(
            _folder["model.safetensors"],
            [
                .. model.Parameters.Where(p => p.Name != Shared).Select(p => (p.Name["model.".Length..], p.Value)),
                ("encoder.embed_tokens.weight", model[Shared]), ("decoder.embed_tokens.weight", model[Shared]),
                ("decoder.output_projection.weight", model[Shared]), ("encoder.version", ones(1)),
                ("encoder.embed_positions._float_tensor", ones(1)), ("decoder.embed_positions._float_tensor", ones(1)),
            ],
            ScalarType.Float32);
        using var again = EncoderDecoderModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
    }

    [Theory]
    [InlineData("T5ForConditionalGeneration", "encoder.embed_tokens.weight")]
    [InlineData("T5ForConditionalGeneration", "decoder.embed_tokens.weight")]
    [InlineData("M2M100ForConditionalGeneration", "lm_head.weight")]
    public void The_embedding_is_found_under_whichever_of_its_names_a_file_kept(string family, string kept)
    {
        using var model = NewModel(family, true);
        model.Save(_folder.Path);
        var shared = model.OutputWeight;
        SafetensorsWriter.Write(
            _folder["model.safetensors"],
            [.. model.Parameters.Where(p => !ReferenceEquals(p.Value, shared)).Select(p => (p.Name, p.Value)), (kept, shared)],
            ScalarType.Float32);
        using var again = EncoderDecoderModel.Load(_folder.Path);
        Assert.Equal(model.FlatParameters.bytes.ToArray(), again.FlatParameters.bytes.ToArray());
    }

    [Fact]
    public void A_search_leaves_no_tensor_behind()
    {
        using var model = NewModel("MT5ForConditionalGeneration", false);
        void Search()
        {
            using var scope = NewDisposeScope();
            using var cache = model.NewCache();
            model.Prefill([[5, 9, 2], [4, 2]], 6, cache);
            for (var step = 0; step < 6; step++)
            {
                cache.Select([1, 0]);
                model.Step([3, 4], cache);
            }
        }

        Search();
        DisposeScopeManager.Statistics.Reset();
        Search();
        Assert.Equal(0, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void More_tokens_than_positions_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = NewModel("M2M100ForConditionalGeneration", true);
        using var cache = model.NewCache();
        model.Prefill([[.. Enumerable.Repeat(5, 32)]], 31, cache);
        Assert.Throws<RequestException>(() => model.Prefill([[.. Enumerable.Repeat(5, 33)]], 1, cache));
        Assert.Throws<RequestException>(() => model.Prefill([[5]], 32, cache));
    }

    [Theory]
    [InlineData("M2M100ForConditionalGeneration", "d_model", "23", "must divide d_model = 23")]
    [InlineData("M2M100ForConditionalGeneration", "activation_function", "\"tanh\"", "activation_function = tanh")]
    [InlineData("M2M100ForConditionalGeneration", "decoder_start_token_id", "37", "below vocab_size = 37")]
    [InlineData("M2M100ForConditionalGeneration", "encoder_layers", "null", "encoder_layers is missing")]
    [InlineData("M2M100ForConditionalGeneration", "num_experts", "128", "num_experts = 128")]
    [InlineData("T5ForConditionalGeneration", "feed_forward_proj", "\"gated-tanh\"", "feed_forward_proj = tanh")]
    [InlineData("T5ForConditionalGeneration", "relative_attention_num_buckets", "3", "an even number from 4")]
    [InlineData("T5ForConditionalGeneration", "relative_attention_max_distance", "4", "more than half the buckets")]
    [InlineData("T5ForConditionalGeneration", "d_kv", "null", "d_kv is missing")]
    [InlineData("T5ForConditionalGeneration", "num_heads", "0", "must be 1 to 16,777,216")]
    [InlineData("T5ForConditionalGeneration", "architectures", "[\"BartForConditionalGeneration\"]", "architectures = BartFor")]
    public void What_changes_the_result_and_is_not_implemented_is_refused(string family, string key, string value, string message)
    {
        var json = JsonNode.Parse(Config(family, false).ToJson())!;
        json[key] = JsonNode.Parse(value);
        var path = _folder.Write("config.json", json.ToJsonString());
        var refusal = Assert.Throws<RequestException>(() => EncoderDecoderConfig.FromJson(path));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Absent_keys_have_the_values_that_transformers_gives_them()
    {
        var path = _folder.Write("config.json", """
            {"model_type": "t5", "d_model": 24, "num_layers": 2, "num_heads": 3, "d_kv": 8, "d_ff": 32, "vocab_size": 50,
             "n_positions": 512}
            """);
        Assert.True(EncoderDecoderConfig.Describes(path));
        var config = EncoderDecoderConfig.FromJson(path);
        Assert.Equal((2, 32, 128), (config.DecoderLayers, config.RelativeBuckets, config.RelativeMaxDistance));
        Assert.Equal(("relu", false, true, 0), (config.Activation, config.IsGated, config.TiedHead, config.DecoderStartId));
        Assert.False(EncoderDecoderConfig.Describes(_folder.Write("other.json", """{"architectures": ["LlamaForCausalLM"]}""")));
    }
}
