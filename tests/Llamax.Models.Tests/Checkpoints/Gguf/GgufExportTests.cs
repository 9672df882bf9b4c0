using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints.Gguf;
using Llamax.Models.EncoderDecoder;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Checkpoints.Gguf;

/// <summary>What is exported is read back, for every golden model of a family that GGUF has.</summary>
[Trait("Category", "Golden")]
public sealed class GgufExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IReadOnlyCollection<ITheoryDataRow> Folders() => Families(name => name != "t5");

    public static IReadOnlyCollection<ITheoryDataRow> EncoderDecoders() => Families(name => name == "t5");

    private static IReadOnlyCollection<ITheoryDataRow> Families(Func<string, bool> isWanted)
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "config.json"))
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(file));
            if (config.RootElement.TryGetProperty("architectures", out var named)
                && GgufFamily.All.Any(family => family.HuggingFace == named[0].GetString() && isWanted(family.Name))
                && File.Exists(Path.Combine(Path.GetDirectoryName(file)!, "model.safetensors")))
            {
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
            }
        }

        return Goldens.Cases(data);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_model_comes_back_from_GGUF_with_its_config_and_every_weight(string name)
    {
        using var scope = NewDisposeScope();
        var folder = Goldens.GoldenPath("models", name);
        using var model = CausalModel.Load(folder);
        foreach (var (type, tolerance) in new[]
        {
            (GgufType.F32, 0.0), (GgufType.F16, 1e-3), (GgufType.BF16, 8e-3), (GgufType.Q8_0, 1.0 / 127),
        })
        {
            var path = _folder[$"{type}.gguf"];
            GgufExport.Write(folder, path, type);
            Assert.Equal(Comparable(model.Config), Comparable(CausalConfig.Read(path)));
            using var again = CausalModel.Load(path);
            foreach (var (parameter, other) in model.Parameters.Zip(again.Parameters))
            {
                Assert.Equal(parameter.Name, other.Name);
                var largest = parameter.Value.abs().max().item<float>();
                Assert.InRange((parameter.Value - other.Value).abs().max().item<float>(), 0, tolerance * largest);
            }
        }
    }

    [Theory]
    [MemberData(nameof(EncoderDecoders))]
    public void An_encoder_decoder_comes_back_from_GGUF_with_the_same_logits(string name)
    {
        var folder = Goldens.GoldenPath("models", name);
        using var model = EncoderDecoderModel.Load(folder);
        var path = _folder["t5.gguf"];
        if (model.Config.DecoderLayers > model.Config.EncoderLayers)
        {
            Assert.Contains(
                "room for", Assert.Throws<RequestException>(() => GgufExport.Write(folder, path, GgufType.F32)).Message,
                StringComparison.Ordinal);
            return;
        }

        AssertSameAfterGguf(folder, path);
    }

    [Theory]
    [InlineData("T5ForConditionalGeneration", false, "relu")]
    [InlineData("MT5ForConditionalGeneration", true, "gelu_new")]
    public void A_random_encoder_decoder_comes_back_too_with_gates_or_without(string architecture, bool isGated, string activation)
    {
        var config = new EncoderDecoderConfig
        {
            Architecture = architecture,
            HiddenSize = 16,
            EncoderLayers = 3,
            DecoderLayers = 2,
            EncoderHeads = 2,
            DecoderHeads = 2,
            HeadSize = 6,
            EncoderIntermediateSize = 24,
            DecoderIntermediateSize = 24,
            VocabularySize = 40,
            RelativeBuckets = 8,
            RelativeMaxDistance = 20,
            Activation = activation,
            IsGated = isGated,
            TiedHead = false,
            DecoderStartId = 3,
            EosIds = [2],
            PadId = 1,
        };
        using (var model = new EncoderDecoderModel(config, ScalarType.Float32, CPU))
        {
            model.Initialize(seed: 3);
            model.Save(_folder.Path);
        }

        AssertSameAfterGguf(_folder.Path, _folder["t5.gguf"]);
    }

    private static void AssertSameAfterGguf(string folder, string path)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        using var model = EncoderDecoderModel.Load(folder);
        GgufExport.Write(folder, path, GgufType.F32);
        using var again = EncoderDecoderModel.Load(path);
        // GGUF has one name for T5 and mT5, which compute the same.
        Assert.Equal(
            model.Config.ToJson(), (again.Config with { Architecture = model.Config.Architecture }).ToJson());
        using var source = tensor(new long[,] { { 5, 6, 7, 8, 9, 10, 11, 12, 2 } });
        using var target = tensor(new long[,] { { 3, 14, 15, 16 } });
        Tensor Logits(EncoderDecoderModel with) =>
            with.Project(with.DecoderStates(target, with.EncoderStates(source, ones_like(source).to(ScalarType.Bool))[^1], null)[^1]);
        Assert.Equal(0, (Logits(model) - Logits(again)).abs().max().item<float>());
    }

    [Fact]
    public void A_family_that_llama_cpp_lacks_is_refused_by_name()
    {
        var folder = Goldens.GoldenPath("models", "m2m100");
        var refusal = Assert.Throws<RequestException>(() => GgufExport.Write(folder, _folder["x.gguf"], GgufType.F16));
        Assert.Contains("no family for M2M100", refusal.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["x.gguf"]));
    }

    [Fact]
    public void A_vocabulary_is_read_back_as_it_was_written()
    {
        var vocabulary = new GgufVocabulary
        {
            Model = "llama",
            Tokens = ["<unk>", "<s>", "</s>", "▁a", "ü"],
            Scores = [0, 0, 0, -1, -2.5f],
            Types = [2, 3, 3, 1, 1],
            BosId = 1,
            EosIds = [2],
            UnknownId = 0,
            AddBos = true,
            AddSpacePrefix = false,
            RemoveExtraWhitespaces = true,
        };
        GgufWriter.Write(_folder["v.gguf"], [new("general.architecture", "llama"), .. vocabulary.Keys()], []);
        var read = GgufVocabulary.Read(_folder["v.gguf"]);
        Assert.Equal(vocabulary.Tokens, read.Tokens);
        Assert.Equal(vocabulary.Scores, read.Scores);
        Assert.Equal(vocabulary.Types, read.Types);
        Assert.Equal(
            vocabulary with { Tokens = [], Scores = [], Types = [], EosIds = [], Merges = [], CharacterMap = [] },
            read with { Tokens = [], Scores = [], Types = [], EosIds = [], Merges = [], CharacterMap = [] });
        Assert.Equal([2], read.EosIds);
    }

    // The list of ids is compared by its content.
    private static string Comparable(CausalConfig config) => config.ToJson();
}
