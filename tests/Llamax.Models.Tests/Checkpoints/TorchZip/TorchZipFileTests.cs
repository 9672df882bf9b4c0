using System.IO.Compression;
using Llamax.Models.Causal;
using Llamax.Models.Checkpoints;
using Llamax.Models.Checkpoints.TorchZip;
using Llamax.Runs;
using Llamax.Testing;
using static TorchSharp.torch;

namespace Llamax.Models.Tests.Checkpoints.TorchZip;

public sealed class TorchZipFileTests : IDisposable
{
    private static readonly float[] Six = [1, 2, 3, 4, 5, 6];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Save(Action<PickleBuilder> write)
    {
        var builder = new PickleBuilder();
        write(builder);
        return builder.Save(_folder["model.bin"]);
    }

    private static float[] Numbers(TorchZipFile file, string name)
    {
        using var scope = NewDisposeScope();
        var target = zeros(file.Tensors[name].Shape, ScalarType.Float32);
        file.CopyTo(name, target);
        return target.reshape(-1).data<float>().ToArray();
    }

    private static string Refusal(string path)
    {
        var refusal = Assert.Throws<RequestException>(() => new TorchZipFile(path).Dispose());
        Assert.Equal(path, refusal.Where);
        Assert.NotEmpty(refusal.Mend);
        return refusal.Message;
    }

    [Fact]
    public void Views_into_shared_storage_are_read_by_their_offset_and_strides()
    {
        var path = Save(pickle => pickle.Dictionary(
            ("plain", p => p.Tensor(Six, [2, 3], [3, 1])),
            ("transposed", p => p.Tensor(Six, [3, 2], [1, 3])),
            ("part", p => p.Tensor(Six, [2], [1], offset: 4)),
            ("scalar", p => p.Tensor(Six, [], [], offset: 2)),
            ("empty", p => p.Tensor([], [0, 5], [5, 1]))));
        using var file = new TorchZipFile(path);
        Assert.Equal(Six, Numbers(file, "plain"));
        Assert.Equal([1, 4, 2, 5, 3, 6], Numbers(file, "transposed"));
        Assert.Equal([5, 6], Numbers(file, "part"));
        Assert.Equal([3], Numbers(file, "scalar"));
        Assert.Empty(Numbers(file, "empty"));
    }

    [Theory]
    [InlineData("state_dict")]
    [InlineData("model")]
    public void Weights_below_the_key_of_lightning_or_fairseq_are_found_beside_settings(string key)
    {
        var path = Save(pickle => pickle.Dictionary(
            ("epoch", p => p.Integer(3)),
            ("args", p => p.Global("argparse", "Namespace").Raw((byte)')', 0x81).Dictionary(("lr", v => v.Text("0.1"))).Raw((byte)'b')),
            (key, p => p.Dictionary(
                ("module.a", v => v.Tensor(Six, [6], [1])), ("module.b.weight", v => v.Tensor(Six, [2, 3], [3, 1]))))));
        using var file = new TorchZipFile(path);
        Assert.Equal(["a", "b.weight"], file.Tensors.Keys.Order());
        Assert.Equal(Six, Numbers(file, "b.weight"));
    }

    [Theory]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("torch", "load")]
    [InlineData("torch.storage", "_load_from_bytes")]
    [InlineData("collections", "OrderedDict.update")]
    public void A_foreign_global_is_refused_by_its_name_and_never_run(string module, string name)
    {
        var proof = _folder["proof"];
        var called = Save(pickle => pickle.Global(module, name).Mark().Text($"touch {proof}").Tuple().Call());
        Assert.Contains($"names {module}.{name}", Refusal(called), StringComparison.Ordinal);
        var stacked = Save(pickle => pickle.Text(module).Text(name).Raw(0x93).Mark().Text($"touch {proof}").Tuple().Call());
        Assert.Contains($"names {module}.{name}", Refusal(stacked), StringComparison.Ordinal);
        Assert.False(File.Exists(proof));
    }

    [Fact]
    public void Tensors_that_reach_beyond_their_storage_are_refused_by_name()
    {
        void AssertRefused(string message, Action<PickleBuilder> tensor) => Assert.Contains(
            message, Refusal(Save(pickle => pickle.Dictionary(("w.weight", tensor)))), StringComparison.Ordinal);

        AssertRefused("w.weight of shape [7] reaches beyond", p => p.Tensor(Six, [7], [1]));
        AssertRefused("w.weight of shape [2] reaches beyond", p => p.Tensor(Six, [2], [1], offset: 5));
        AssertRefused("w.weight of shape [1152921504606846976] reaches", p => p.Tensor(Six, [1L << 60], [0]));
        AssertRefused("w.weight of shape [4294967296, 4294967296] reaches", p => p.Tensor(Six, [1L << 32, 1L << 32], [1, 1]));
        AssertRefused("w.weight of shape [2, 2] reaches", p => p.Tensor(Six, [2, 2], [1L << 62, 1L << 62]));
        AssertRefused("needs a storage of 1152921504606846976", p => p.Tensor(Six, [2], [1], claimed: 1L << 60));
        AssertRefused("lies in the storage 99, which is not in the archive", p => p.Tensor(Six, [6], [1], key: "99"));
        AssertRefused("w.weight of shape [-6] reaches", p => p.Tensor(Six, [-6], [1]));
        AssertRefused("impossible shape [2] and strides [-1]", p => p.Tensor(Six, [2], [-1], offset: 5));
    }

    [Fact]
    public void Dictionaries_in_a_circle_and_other_roots_are_refused()
    {
        // d = {"w": tensor}; d["again"] = d
        var path = Save(pickle => pickle.Dictionary(("w", p => p.Tensor(Six, [6], [1]))).Raw((byte)'q', 0)
            .Text("again").Raw((byte)'h', 0).Raw((byte)'s'));
        Assert.Contains("contains itself", Refusal(path), StringComparison.Ordinal);
        Assert.Contains("no dictionary of tensors", Refusal(Save(pickle => pickle.Integer(5))), StringComparison.Ordinal);
        Assert.Contains(
            "has no tensors", Refusal(Save(pickle => pickle.Dictionary(("epoch", p => p.Integer(5))))), StringComparison.Ordinal);
        Assert.Contains("damaged", Refusal(Save(pickle => pickle.Raw((byte)'R'))), StringComparison.Ordinal);
        Assert.Contains("unknown operation 0xff", Refusal(Save(pickle => pickle.Raw(0xff))), StringComparison.Ordinal);
        Assert.Contains("cut off", Refusal(Save(pickle => pickle.Raw((byte)'X', 0xff, 0xff, 0xff, 0x7f))), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_none_of_torch_save_say_what_they_are()
    {
        Assert.Contains("before torch 1.6", Refusal(_folder.Write("old.bin", [0x80, 2, (byte)'.'])), StringComparison.Ordinal);
        Assert.Contains("no file of torch.save", Refusal(_folder.Write("text.bin", "hello")), StringComparison.Ordinal);
        using (var archive = ZipFile.Open(_folder["other.bin"], ZipArchiveMode.Create))
            archive.CreateEntry("a").Open().Dispose();
        Assert.Contains("without data.pkl", Refusal(_folder["other.bin"]), StringComparison.Ordinal);
        using (var archive = ZipFile.Open(_folder["packed.bin"], ZipArchiveMode.Create))
        using (var entry = archive.CreateEntry("x/data.pkl", CompressionLevel.Optimal).Open())
            entry.Write(new byte[1000]);
        Assert.Contains("x/data.pkl is compressed", Refusal(_folder["packed.bin"]), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Sharded_files_load_as_the_whole_one_does()
    {
        using var scope = NewDisposeScope();
        var origin = Goldens.GoldenPath("models", "formats-llama", "bin");
        using var whole = CausalModel.Load(origin);
        File.Copy(Path.Combine(origin, "config.json"), _folder["config.json"]);
        var map = new List<string>();
        foreach (var (shard, part) in whole.Parameters.Index().GroupBy(p => p.Index % 2).Select((g, i) => ($"pytorch_model-{i}.bin", g)))
        {
            var pickle = new PickleBuilder();
            pickle.Dictionary([.. part.Select(p => (p.Item.Name, (Action<PickleBuilder>)(b => b.Tensor(
                p.Item.Value.reshape(-1).data<float>().ToArray(), p.Item.Value.shape, p.Item.Value.stride()))))]);
            pickle.Save(_folder[shard]);
            map.AddRange(part.Select(p => $"\"{p.Item.Name}\": \"{shard}\""));
        }

        _folder.Write("pytorch_model.bin.index.json", $"{{\"weight_map\": {{{string.Join(", ", map)}}}}}");
        using var sharded = CausalModel.Load(_folder.Path);
        Assert.True(whole.FlatParameters.eq(sharded.FlatParameters).all().item<bool>());
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void A_file_of_torch_save_is_exported_to_safetensors_as_it_is()
    {
        using var scope = NewDisposeScope();
        var origin = Goldens.GoldenPath("models", "formats-llama", "bin");
        HuggingFaceExport.Write(Path.Combine(origin, "pytorch_model.bin"), _folder["new"]);
        using var stored = new TorchZipFile(Path.Combine(origin, "pytorch_model.bin"));
        using var exported = new SafetensorsFile(_folder["new", "model.safetensors"]);
        Assert.Equal(stored.Tensors.Keys.Order(), exported.Tensors.Keys.Order());
        Assert.All(stored.Tensors, tensor => Assert.Equal(tensor.Value.Type, exported.Tensors[tensor.Key].Type));
        using var before = CausalModel.Load(origin);
        using var after = CausalModel.Load(_folder["new"]);
        Assert.True(before.FlatParameters.eq(after.FlatParameters).all().item<bool>());
    }
}
