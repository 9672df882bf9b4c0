using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Llamax.Decoding.Prompts;
using Llamax.Models.Causal;
using Llamax.Testing;
using Llamax.Text.Tokenization;
using static TorchSharp.torch;

namespace Llamax.EndToEnd;

/// <summary>A model folder with weights drawn at random: what it says means nothing, but it says it fast and always the same.</summary>
public sealed class RandomModel : IDisposable
{
    public RandomModel()
    {
        var tokenizer = Goldens.DataPath("tinyllama-stories260K", "tok512.model");
        File.WriteAllBytes(Path.Combine(Folder, "tokenizer.model"), File.ReadAllBytes(tokenizer));
        var config = new CausalConfig
        {
            HiddenSize = 16,
            IntermediateSize = 24,
            Layers = 1,
            Heads = 2,
            KeyValueHeads = 1,
            HeadSize = 8,
            VocabularySize = TokenizerFile.Load(tokenizer).VocabularySize,
            MaxPositions = 128,
        };
        using var model = new CausalModel(config, ScalarType.Float32, CPU);
        model.Initialize(seed: 7);
        model.Save(Folder);
        new TranslationProfile { Template = PromptTemplate.Compact, Search = new() { MaxNewTokens = 6 } }.Save(Folder);
    }

    public string Folder { get; } = Directory.CreateTempSubdirectory("llamax-random-model-").FullName;

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}

public sealed class TranslateTests(RandomModel model) : IClassFixture<RandomModel>, IDisposable
{
    private const string Texts = "One sentence.\n\nAnother, rather longer sentence.\n";

    private readonly TemporaryFolder _folder = new();

    private string[] Verb => ["translate", "--model", model.Folder, "--from", "en", "--to", "German", "--threads", "1"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Lines_keep_their_order_on_standard_output_and_in_a_file()
    {
        var printed = LlamaxProgram.RunOn(Texts, Verb);
        Assert.Equal(0, printed.ExitCode);
        var lines = printed.Out.Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.NotEqual("", lines[0]);
        Assert.Equal("", lines[1]);

        var output = Path.Combine(_folder.Path, "new", "de.txt");
        var written = LlamaxProgram.Run([.. Verb, "--input", _folder.Write("en.txt", Texts), "--output", output]);
        Assert.Equal((0, ""), (written.ExitCode, written.Out));
        Assert.Equal(printed.Out, File.ReadAllText(output));
        Assert.Equal([output], Directory.GetFiles(Path.GetDirectoryName(output)!));
    }

    [Fact]
    public void Json_has_source_and_hypotheses_with_text_and_score_per_line()
    {
        var result = LlamaxProgram.Run([.. Verb, "--beam", "3", "--nbest", "3", "--pivot", "fr", "--json", "One sentence.", "Two"]);
        Assert.Equal(0, result.ExitCode);
        var items = result.Lines.Select(line => JsonNode.Parse(line)!).ToList();
        Assert.Equal(["One sentence.", "Two"], items.Select(item => (string?)item["source"]));
        Assert.All(items, item => Assert.InRange(item["hypotheses"]!.AsArray().Count, 1, 3));
        var scores = items[0]["hypotheses"]!.AsArray().Select(hypothesis => (double)hypothesis!["score"]!).ToList();
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.All(items, item => Assert.NotNull((string?)item["hypotheses"]![0]!["text"]));
    }

    [Fact]
    public void A_direction_that_was_never_trained_is_tried_with_a_note()
    {
        foreach (var file in Directory.EnumerateFiles(model.Folder))
            File.Copy(file, _folder[Path.GetFileName(file)]);
        var profile = TranslationProfile.Load(_folder.Path) with
        {
            Languages = new Dictionary<string, string> { ["en"] = "English", ["de"] = "German" },
            Directions = new Dictionary<string, IReadOnlyList<string>> { ["en"] = ["de"] },
        };
        profile.Save(_folder.Path);
        var trained = LlamaxProgram.Run("translate", "x", "--model", _folder.Path, "--from", "en", "--to", "de", "--threads", "1");
        Assert.DoesNotContain("was not trained", trained.Error, StringComparison.Ordinal);
        var tried = LlamaxProgram.Run("translate", "x", "--model", _folder.Path, "--from", "de", "--to", "en", "--threads", "1");
        Assert.Equal((0, 1), (tried.ExitCode, tried.Out.Count(c => c == '\n')));
        Assert.Contains("was not trained to translate de→en", tried.Error, StringComparison.Ordinal);
        var unknown = LlamaxProgram.Run("translate", "x", "--model", _folder.Path, "--from", "en", "--to", "ha", "--threads", "1");
        Assert.Contains("does not know the language ha: it translates between en, de", unknown.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_too_long_is_listed_and_the_others_are_translated()
    {
        var result = LlamaxProgram.RunOn("short\n" + string.Concat(Enumerable.Repeat("a long text ", 100)) + "\nshort\n", [.. Verb, "--split", "never"]);
        Assert.Equal(1, result.ExitCode);
        var lines = result.Out.Split('\n');
        Assert.Equal(("", lines[0]), (lines[1], lines[2]));
        Assert.Contains("stdin:2: too long", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--from xq --to de", "no language \"xq\"; nearest:")]
    [InlineData("--from en --to de --pivot Englsh", "en (English)")]
    [InlineData("--from en --to de --beam 0", "beams = 0")]
    [InlineData("--from en --to de --beam 2 --nbest 4", "nBest = 4")]
    [InlineData("--from en --to de --prompt sonnet", "no prompt template \"sonnet\"")]
    [InlineData("--from en --to de --device tpu", "\"tpu\" is not a device")]
    public void A_wrong_request_is_refused(string options, string what)
    {
        var result = LlamaxProgram.Run(["translate", "x", "--model", model.Folder, .. options.Split(' ')]);
        Assert.Contains(what, result.Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_is_not_there_and_one_that_is_none_are_refused()
    {
        string[] rest = ["x", "--from", "en", "--to", "de"];
        Assert.Contains("no-model", LlamaxProgram.Run(["translate", "--model", "no-model", .. rest]).Refusal(), StringComparison.Ordinal);
        Assert.Contains(
            _folder.Path, LlamaxProgram.Run(["translate", "--model", _folder.Path, .. rest]).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_output_that_cannot_be_written_is_refused()
    {
        var file = _folder.Write("file", "x");
        var result = LlamaxProgram.Run([.. Verb, "x", "--output", Path.Combine(file, "de.txt")]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains(file, result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void An_interrupted_run_ends_with_130_and_leaves_no_half_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals of this kind exist on Unix alone.");
        var output = Path.Combine(_folder.Path, "de.txt");
        string[] arguments = [Path.Combine(AppContext.BaseDirectory, "llamax.dll"), .. Verb, "--output", output];
        using var process = LlamaxProgram.Start(new Dictionary<string, string>(), "dotnet", arguments);
        process.StandardInput.BaseStream.Write(Encoding.UTF8.GetBytes("One sentence.\n"));
        process.StandardInput.Flush();
        while (process.StandardError.ReadLine() is { } line && !line.StartsWith("translate", StringComparison.Ordinal))
        {
            // Until it has begun and waits for more.
        }

        var id = process.Id.ToString(CultureInfo.InvariantCulture);
        using (var kill = LlamaxProgram.Start(new Dictionary<string, string>(), "/bin/kill", ["-INT", id]))
            kill.WaitForExit();
        process.WaitForExit();
        Assert.Equal(130, process.ExitCode);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }
}
