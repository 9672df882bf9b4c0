using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>The programs below samples/, as a reader of docs/library.md runs them.</summary>
public sealed class SampleTests(RandomModel model) : IClassFixture<RandomModel>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_sentence_is_translated()
    {
        var result = Run("01-translate-a-sentence.cs", model.Folder, "One sentence.", "en", "de");
        Assert.True(result.ExitCode == 0, result.Out + result.Error);
        Assert.NotEqual("", result.Out.Trim());
    }

    [Fact]
    public void A_file_is_translated_line_by_line()
    {
        var input = _folder.Write("en.txt", "One.\n\nTwo.\n");
        var result = Run("02-translate-a-file.cs", model.Folder, input, _folder["de.txt"], "en", "de");
        Assert.True(result.ExitCode == 0, result.Out + result.Error);
        Assert.Equal(3, File.ReadAllLines(_folder["de.txt"]).Length);
        Assert.Contains("3 lines", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Translations_are_scored()
    {
        var file = _folder.Write("lines.txt", "The cat sat on the mat.\nIt was a good day for it.\n");
        var result = Run("03-score.cs", file, file);
        Assert.True(result.ExitCode == 0, result.Out + result.Error);
        Assert.Equal(3, result.Lines.Length);
        Assert.All(result.Lines, line => Assert.Contains(" = 100.00", line, StringComparison.Ordinal));
    }

    private static ProgramResult Run(string sample, params string[] arguments)
    {
        string[] run = ["run", Path.Combine(Goldens.Repository, "samples", sample), "--", .. arguments];
        using var process = LlamaxProgram.Start(new Dictionary<string, string>(), "dotnet", run);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.Result);
    }
}
