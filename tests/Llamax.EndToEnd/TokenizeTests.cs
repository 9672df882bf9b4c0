using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class TokenizeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Model => Goldens.GoldenPath("metrics", "spm", "standin-bpe-4k.model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Texts_files_and_standard_input_give_the_same_lines()
    {
        string[] texts = ["Guten Tag", "", "শুভ সকাল"];
        var fromTexts = LlamaxProgram.Run(["tokenize", "--tokenizer", Model, .. texts]).Done().Lines;
        Assert.Equal("[]", fromTexts[1]);
        var lines = string.Join("\r\n", texts);
        Assert.Equal(
            fromTexts, LlamaxProgram.Run("tokenize", "--tokenizer", Model, "--input", _folder.Write("in.txt", lines)).Done().Lines);
        Assert.Equal(fromTexts, LlamaxProgram.RunOn("\uFEFF" + lines, "tokenize", "--tokenizer", Model).Done().Lines);
        Assert.Equal(
            texts,
            LlamaxProgram.RunOn(string.Join('\n', fromTexts), "tokenize", "--tokenizer", Model, "--decode").Done().Out.Split('\n')[..3]);
    }

    [Fact]
    public void Pieces_are_json_arrays_of_strings() =>
        Assert.Equal("[\"▁ok\"]", LlamaxProgram.Run("tokenize", "--tokenizer", Model, "--pieces", "ok").Done().Lines[0]);

    [Fact]
    public void Text_that_begins_with_dashes_goes_behind_two_dashes() =>
        Assert.Single(LlamaxProgram.Run("tokenize", "--tokenizer", Model, "--", "--help").Done().Lines);

    [Fact]
    public void Each_line_of_standard_input_is_answered_before_the_next_is_sent()
    {
        using var process = LlamaxProgram.Start(
            new Dictionary<string, string>(), "dotnet", [Path.Combine(AppContext.BaseDirectory, "llamax.dll"), "tokenize", "-t", Model]);
        for (var i = 0; i < 3; i++)
        {
            process.StandardInput.Write("ok\n");
            process.StandardInput.Flush();
            Assert.StartsWith("[", process.StandardOutput.ReadLine(), StringComparison.Ordinal);
        }

        process.StandardInput.Close();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void A_line_that_is_no_utf8_is_named_after_the_lines_before_it_are_answered()
    {
        var path = _folder.Write("mixed.txt", [.. "ok\n"u8, 0xC3, 0x28, (byte)'\n']);
        var result = LlamaxProgram.Run("tokenize", "--tokenizer", Model, "--input", path);
        Assert.Equal(2, result.ExitCode);
        Assert.Single(result.Lines);
        Assert.StartsWith($"{path}:2: no valid UTF-8 at byte 1 of the line. To mend it:", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[1, 2", "this is no JSON array of ids")]
    [InlineData("[1.5]", "this is no JSON array of ids")]
    [InlineData("null", "this is no JSON array of ids")]
    [InlineData("[4000000]", "id 4000000 is not in the vocabulary")]
    [InlineData("[-1]", "id -1 is not in the vocabulary")]
    public void A_malformed_array_is_named_by_its_line(string line, string what) =>
        Assert.StartsWith(
            $"stdin:1: {what}",
            LlamaxProgram.RunOn(line, "tokenize", "--tokenizer", Model, "--decode").Refusal(),
            StringComparison.Ordinal);

    [Fact]
    public void Wrong_requests_are_refused()
    {
        Assert.Contains(
            "nowhere.model", LlamaxProgram.Run("tokenize", "--tokenizer", "nowhere.model", "x").Refusal(), StringComparison.Ordinal);
        var noModel = _folder.Write("no.model", "hello");
        Assert.Contains(noModel, LlamaxProgram.Run("tokenize", "--tokenizer", noModel, "x").Refusal(), StringComparison.Ordinal);
        Assert.Contains(
            "give one of them", LlamaxProgram.Run("tokenize", "-t", Model, "--input", noModel, "x").Refusal(), StringComparison.Ordinal);
        Assert.Contains(
            "give one of them", LlamaxProgram.Run("tokenize", "-t", Model, "--decode", "--pieces").Refusal(), StringComparison.Ordinal);
    }
}
