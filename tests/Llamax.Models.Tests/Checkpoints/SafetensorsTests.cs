using System.Buffers.Binary;
using System.Text;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Checkpoints;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("llamax-safetensors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Write(string header, int dataBytes, ulong? claimedLength = null)
    {
        var path = Path.Combine(_folder, "model.safetensors");
        var bytes = Encoding.UTF8.GetBytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, claimedLength ?? (ulong)bytes.Length);
        File.WriteAllBytes(path, [.. length, .. bytes, .. new byte[dataBytes]]);
        return path;
    }

    private static void AssertRefused(string path, string message)
    {
        var refusal = Assert.Throws<RequestException>(() => new SafetensorsFile(path).Dispose());
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(path, refusal.Where);
        Assert.NotEmpty(refusal.Mend);
    }

    private void AssertFolderRefused(string message)
    {
        var refusal = Assert.Throws<RequestException>(() => new CheckpointFolder(_folder).Dispose());
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float64)]
    public void Tensors_survive_a_round_trip(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, "a.safetensors");
        var (matrix, scalar) = (arange(6, ScalarType.Float32).reshape(2, 3), full([], 0.5f));
        var strided = arange(8, ScalarType.Float32).reshape(4, 2).t();
        SafetensorsWriter.Write(path, [("matrix", matrix), ("ü/scalar", scalar), ("strided", strided)], type);
        using var file = new SafetensorsFile(path);
        foreach (var (name, value) in new[] { ("matrix", matrix), ("ü/scalar", scalar), ("strided", strided) })
        {
            using var view = file.View(name);
            Assert.Equal(type, view.dtype);
            Assert.Equal(value.shape, view.shape);
            Assert.True(view.to(ScalarType.Float32).eq(value).all().item<bool>());
        }
    }

    [Theory]
    [InlineData("{}", 0, 1UL << 60, "the header claims 1152921504606846976 bytes")]
    [InlineData("{}", 0, 3UL, "the header claims 3 bytes")]
    [InlineData("{", 0, null, "not the JSON")]
    [InlineData("[]", 0, null, "not the JSON")]
    [InlineData("""{"a": 1}""", 0, null, "not the JSON")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2]}}""", 0, null, "not the JSON")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}""",
        4, null, "the tensors end at byte 8 of the data, and there are 4")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}""",
        9, null, "the tensors end at byte 8 of the data, and there are 9")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 8]}}""", 8, null, "needs 12 bytes for its shape and has 8")]
    [InlineData("""{"a": {"dtype": "Q4", "shape": [2], "data_offsets": [0, 8]}}""",
        8, null, "Q4, which is unknown here. To mend it: use an unquantised")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}""", 8, null, "impossible shape [-2]")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [4611686018427387904, 4611686018427387904, 4], "data_offsets": [0, 8]}}""",
        8, null, "impossible shape")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}}""", 8, null, "impossible data_offsets")]
    [InlineData("""{"a": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}""",
        12, null, "begins at byte 4 of the data, and byte 0 was expected")]
    [InlineData(
        """{"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "U8", "shape": [4], "data_offsets": [2, 6]}}""",
        6, null, "begins at byte 2 of the data, and byte 4 was expected")]
    [InlineData(
        """{"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}, "a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 2]}}""",
        2, null, "appears twice")]
    public void A_header_that_lies_is_refused(string header, int dataBytes, ulong? claimedLength, string message) =>
        AssertRefused(Write(header, dataBytes, claimedLength), message);

    [Fact]
    public void A_missing_an_empty_and_a_cut_file_are_refused()
    {
        AssertRefused(Path.Combine(_folder, "none.safetensors"), "does not exist");
        var path = Write("{}", 0);
        File.WriteAllBytes(path, [1, 2, 3]);
        AssertRefused(path, "3 bytes are too few");
    }

    [Fact]
    public void A_folder_whose_weights_do_not_fit_its_config_is_refused_with_the_names()
    {
        using var scope = NewDisposeScope();
        var config = new CausalConfig
        {
            HiddenSize = 8,
            IntermediateSize = 8,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 2,
            HeadSize = 4,
            VocabularySize = 5,
            MaxPositions = 8,
        };
        using var model = new CausalModel(config, ScalarType.Float32, CPU);
        var weights = model.Parameters.Select(p => (p.Name, p.Value)).ToList();
        string Refusal(IEnumerable<(string, Tensor)> stored)
        {
            CheckpointFolder.Write(_folder, [.. stored], ScalarType.Float32, long.MaxValue);
            return Assert.Throws<RequestException>(() => CausalModel.Load(_folder)).Message;
        }

        void AssertRefusal(string message, IEnumerable<(string, Tensor)> stored) =>
            Assert.Contains(message, Refusal(stored), StringComparison.Ordinal);

        model.Save(_folder);
        AssertRefusal(
            "1 tensor missing (lm_head.weight). To mend it: set tie_word_embeddings", weights.Where(w => w.Name != "lm_head.weight"));
        AssertRefusal("12 tensors missing", []);
        AssertRefusal("1 unexpected (lora_A.weight). To mend it: merge the adapter", [.. weights, ("lora_A.weight", ones(1))]);
        AssertRefusal(
            "has the shape [3], and config.json asks for [8]",
            weights.Select(w => w.Name == "model.norm.weight" ? (w.Name, ones(3)) : w));
        var derived = "model.layers.0.self_attn.rotary_emb.inv_freq";   // old checkpoints carry it
        CheckpointFolder.Write(_folder, [.. weights, (derived, ones(2))], ScalarType.Float32, long.MaxValue);
        CausalModel.Load(_folder).Dispose();
    }

    [Theory]
    [InlineData("../model.safetensors", "is no file name")]
    [InlineData("", "is no file name")]
    [InlineData("..", "is no file name")]
    [InlineData("gone.safetensors", "does not exist")]
    public void An_index_cannot_reach_outside_its_folder(string file, string message)
    {
        File.WriteAllText(Path.Combine(_folder, "model.safetensors.index.json"), $$$"""{"weight_map": {"a": "{{{file}}}"}}""");
        AssertFolderRefused(message);
    }

    [Fact]
    public void An_index_that_disagrees_with_its_shards_is_refused()
    {
        using var scope = NewDisposeScope();
        CheckpointFolder.Write(_folder, [("a", ones(4)), ("b", ones(4))], ScalarType.Float32, 16);
        var index = Path.Combine(_folder, "model.safetensors.index.json");
        File.WriteAllText(index, File.ReadAllText(index).Replace("\"b\"", "\"c\"", StringComparison.Ordinal));
        AssertFolderRefused("the tensor c is not in model-00002-of-00002");
        File.WriteAllText(index, "{}");
        AssertFolderRefused("weight_map is missing");
    }
}
