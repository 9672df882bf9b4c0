using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class ExportTests(RandomModel model) : IClassFixture<RandomModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_model_goes_to_GGUF_and_back_and_translates_as_before()
    {
        var gguf = _folder["model.gguf"];
        Assert.Equal([gguf], LlamaxProgram.Run("export", "--model", model.Folder, "--format", "gguf", "--out", gguf).Done().Lines);
        var back = _folder["back"];
        LlamaxProgram.Run("export", "--model", gguf, "--format", "hf", "--out", back);
        File.Copy(Path.Combine(model.Folder, "translation.json"), Path.Combine(back, "translation.json"));
        Assert.Equal(Translate(model.Folder), Translate(back));
    }

    [Fact]
    public void Llama_cpp_quantises_and_only_the_file_that_was_asked_for_is_left()
    {
        string[] Quantize(string folder) =>
            ["export", "--model", folder, "--format", "gguf", "--quantize", "Q4_K_M", "--tokenizer", "none", "--out", _folder["q", "model.gguf"]];

        LlamaxProgram.Run(Quantize(Goldens.GoldenPath("models", "stories260k"))).Done();
        Assert.Equal([_folder["q", "model.gguf"]], Directory.GetFiles(_folder["q"]));

        // Rows of 16 numbers are no blocks.
        var refusal = LlamaxProgram.Run(Quantize(model.Folder)).RefusalAtLast();
        Assert.Contains("llama.cpp cannot quantise it to q4_k_m", refusal, StringComparison.Ordinal);
        Assert.Equal([_folder["q", "model.gguf"]], Directory.GetFiles(_folder["q"]));
    }

    [Fact]
    public void Wrong_requests_are_refused()
    {
        void AssertRefused(string message, params string[] arguments)
        {
            var refusal = LlamaxProgram.Run(["export", "--model", model.Folder, "--out", _folder["x"], .. arguments]).RefusalAtLast();
            Assert.Contains(message, refusal, StringComparison.Ordinal);
            Assert.False(Path.Exists(_folder["x"]));
        }

        AssertRefused("format = onnx: must be hf or gguf", "--format", "onnx");
        AssertRefused("quantize = q4_k_m: is for --format gguf", "--format", "hf", "--quantize", "q4_k_m");
        AssertRefused("quantize = q9: must be one of q4_0,", "--format", "gguf", "--quantize", "q9");
        AssertRefused("dtype = int4: must be f32, f16 or bf16", "--format", "hf", "--dtype", "int4");
        AssertRefused("has no meaning with --quantize", "--format", "gguf", "--quantize", "q8_0", "--dtype", "f16");
        AssertRefused("adapter_config.json", "--format", "hf", "--adapter", _folder.Path);
        var same = LlamaxProgram.Run("export", "--model", model.Folder, "--format", "hf", "--out", model.Folder).RefusalAtLast();
        Assert.Contains("the output is the model itself", same, StringComparison.Ordinal);
    }

    private static string Translate(string folder)
    {
        var result = LlamaxProgram.Run("translate", "One sentence.", "--model", folder, "--from", "en", "--to", "de", "--threads", "1");
        Assert.Equal(0, result.ExitCode);
        return result.Out;
    }
}
