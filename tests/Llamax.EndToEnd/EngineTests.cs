using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>The other engines behind the same command.</summary>
public sealed class EngineTests(RandomModel model) : IClassFixture<RandomModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static string[] Verb(string path) =>
        ["translate", "One sentence.", "Another, rather longer one.", "--model", path, "--from", "en", "--to", "German", "--threads", "1"];

    [Fact]
    public void A_GGUF_file_translates_as_the_folder_that_it_was_made_of()
    {
        var file = _folder["model.gguf"];
        Assert.Equal(0, LlamaxProgram.Run(["export", "--model", model.Folder, "--out", file, "--format", "gguf"]).ExitCode);
        File.Copy(Path.Combine(model.Folder, "translation.json"), _folder["translation.json"]);
        var (folder, gguf) = (LlamaxProgram.Run(Verb(model.Folder)), LlamaxProgram.Run(Verb(file)));
        Assert.Equal((0, 0), (folder.ExitCode, gguf.ExitCode));
        Assert.Equal(folder.Out, gguf.Out);
        var refused = LlamaxProgram.Run([.. Verb(file), "--weights", "int8"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("in the type that it stores", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Eight_bit_weights_translate_every_line_and_are_for_the_processor_alone()
    {
        var rounded = LlamaxProgram.Run([.. Verb(model.Folder), "--weights", "int8"]);
        Assert.Equal(0, rounded.ExitCode);
        Assert.Equal(2, rounded.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        var refused = LlamaxProgram.Run([.. Verb(model.Folder), "--weights", "int8", "--device", "cuda"]);
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("is for the CPU", refused.Error, StringComparison.Ordinal);
    }
}
