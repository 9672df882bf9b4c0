using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class InspectTests(RandomModel model) : IClassFixture<RandomModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_folder_and_its_file_tell_the_same_numbers()
    {
        var folder = Json(model.Folder);
        // embedding and head 512 × 16, query and output 16 × 16, key and value 8 × 16, three of 24 × 16, three norms
        Assert.Equal((2 * 512 * 16) + (2 * 256) + (2 * 128) + (3 * 384) + (3 * 16), (long)folder["parameters"]!);
        Assert.Equal(512, (int)folder["vocabulary"]!);
        Assert.False((bool)folder["tied_head"]!);
        Assert.Equal(4 * (long)folder["parameters"]!, (long)folder["memory"]![0]!["weight_bytes"]!);
        Assert.Equal(2 * 1 * 8 * 4, (long)folder["memory"]![0]!["cache_bytes_per_token"]!);
        Assert.Equal("LlamaForCausalLM", (string)folder["architecture"]!);

        var file = Json(Path.Combine(model.Folder, "model.safetensors"), "--tensors");
        Assert.Equal("safetensors", (string)file["format"]!);
        Assert.Equal((long)folder["parameters"]!, (long)file["parameters"]!);
        Assert.Contains(file["tensors"]!.AsArray(), tensor => (string)tensor!["name"]! == "lm_head.weight");
    }

    [Fact]
    public void People_read_a_table()
    {
        LlamaxProgram.Run("export", "--model", model.Folder, "--format", "gguf", "--quantize", "q8_0", "--out", _folder["m.gguf"]).Done();
        var text = LlamaxProgram.Run("inspect", _folder["m.gguf"], "--tensors").Done().Out;
        foreach (var part in new[] { "GGUF", "LlamaForCausalLM", "512 (llama)", "a matrix of its own", "model.norm.weight", "[16]" })
            Assert.Contains(part, text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Category", "Golden")]
    public void Torch_files_and_adapters_are_told_apart()
    {
        var torch = Json(Goldens.GoldenPath("models", "formats-llama", "bin", "pytorch_model.bin"));
        Assert.Equal("torch.save", (string)torch["format"]!);
        foreach (var name in new[] { "adapter_config.json", "adapter_model.safetensors" })
            File.Copy(Goldens.GoldenPath("models", "lora-llama3-gqa", name), _folder[name]);
        var adapter = Json(_folder.Path);
        Assert.Equal("LoRA adapter", (string)adapter["format"]!);
        Assert.Equal(4, (int)adapter["adapter"]!["r"]!);
        Assert.Contains("q_proj", LlamaxProgram.Run("inspect", _folder.Path).Done().Out, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_no_model_is_refused()
    {
        Assert.Contains("nowhere", LlamaxProgram.Run("inspect", _folder["nowhere"]).Refusal(), StringComparison.Ordinal);
        Assert.Contains("model.safetensors", LlamaxProgram.Run("inspect", _folder.Path).Refusal(), StringComparison.Ordinal);
        var text = _folder.Write("text.safetensors", "hello, this is no model");
        Assert.StartsWith(text, LlamaxProgram.Run("inspect", text).Refusal(), StringComparison.Ordinal);
    }

    private static JsonNode Json(string path, params string[] more) =>
        JsonNode.Parse(LlamaxProgram.Run(["inspect", path, "--json", .. more]).Done().Out)!;
}
