using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>Model folders that came over a bad line, or were put together by hand.</summary>
public sealed class BrokenModelTests : IClassFixture<RandomModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BrokenModelTests(RandomModel model)
    {
        foreach (var file in Directory.EnumerateFiles(model.Folder))
            File.Copy(file, _folder[Path.GetFileName(file)]);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0.0001)]
    [InlineData(0.01)]
    [InlineData(0.9)]
    public void Weights_that_end_too_early_are_refused_by_name(double share)
    {
        var weights = File.ReadAllBytes(_folder["model.safetensors"]);
        File.WriteAllBytes(_folder["model.safetensors"], weights[..(int)(weights.Length * share)]);
        Assert.StartsWith(_folder["model.safetensors"], Translate(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_that_claims_more_than_there_is_asks_for_no_memory()
    {
        var weights = File.ReadAllBytes(_folder["model.safetensors"]);
        BitConverter.TryWriteBytes(weights, 1L << 60);
        File.WriteAllBytes(_folder["model.safetensors"], weights);
        Assert.Contains("the header claims 1152921504606846976 bytes", Translate(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_with_more_pieces_than_the_model_has_rows_is_refused()
    {
        File.Copy(Goldens.DataPath("llama2-tokenizer", "tokenizer.model"), _folder["tokenizer.model"], overwrite: true);
        var message = Translate();
        Assert.Contains("the tokenizer has 32000 tokens, the model only 512", message, StringComparison.Ordinal);
        Assert.StartsWith(_folder.Path, message, StringComparison.Ordinal);
    }

    private string Translate() => LlamaxProgram.Run(
        "translate", "One sentence.", "--model", _folder.Path, "--from", "en", "--to", "de", "--threads", "1").RefusalAtLast();
}
