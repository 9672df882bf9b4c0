using System.Text.Json.Nodes;
using Llamax.Corpus;
using Llamax.Corpus.Building;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class CorpusInspectTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public CorpusInspectTests()
    {
        var entries = _folder["entries.parquet"];
        TrainingSetFile.Write(entries,
        [
            new(EntryKind.Parallel, "en", "ha", [new("good morning", true), new("ina kwana", true)], "en-ha.tsv:1"),
            new(EntryKind.Augmented, "en", "de", [new("good Hund", false), new("guter Hund", true)], "en-de.tsv:17"),
            new(EntryKind.Monolingual, "ha", "", [new("kare", true)], "ha.txt:4"),
            new(EntryKind.Monolingual, "ha", "", [new("kaza", true)], "ha.txt:5"),
        ]);
        Assert.Equal(0, LlamaxProgram.Run(
            "pack", entries, "--tokenizer", Tokenizer, "--out", _folder["packed"], "--block-length", "128").ExitCode);
    }

    private static string Tokenizer => Goldens.GoldenPath("metrics", "spm", "standin-bpe-4k.model");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_block_is_shown_with_its_documents_what_is_learnt_and_where_it_comes_from()
    {
        var lines = Inspect("--block", "0").Done().Lines;
        Assert.StartsWith("--- block 0, document 0: parallel en→ha, ", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("learnt, en-ha.tsv:1", lines[0], StringComparison.Ordinal);
        Assert.Equal("good morning ina kwana", lines[1]);
        Assert.StartsWith("<s> [▁", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("</s>]", lines[2], StringComparison.Ordinal);
        Assert.Contains("ha.txt:4 and 1 more lines", lines[6], StringComparison.Ordinal);
        Assert.DoesNotContain(lines, line => line.Contains('\u001B', StringComparison.Ordinal));
    }

    [Fact]
    public void A_document_is_found_by_direction_text_and_number_and_machines_read_it()
    {
        var found = JsonNode.Parse(Inspect("--pair", "eng-deu", "--containing", "Hund", "--json").Done().Out)!.AsArray();
        var document = Assert.Single(found)!;
        Assert.Equal((1, "augmented", "good Hund guter Hund"),
            ((int)document["document"]!, (string?)document["kind"], (string?)document["text"]));
        Assert.Equal(("en-de.tsv", 17), ((string?)document["origin"]!["file"], (int)document["origin"]!["line"]!));
        var learnt = document["tokens"]!.AsArray().Where(token => (bool)token!["learnt"]!).Select(token => (string)token!["piece"]!);
        Assert.Equal("▁guter▁Hund</s>", string.Concat(learnt));
        Assert.Contains("document 2: mono ha", Inspect("--document", "2").Done().Lines[0], StringComparison.Ordinal);
        Assert.Equal(9, Inspect("--count", "9").Done().Lines.Length);
    }

    [Fact]
    public void On_a_terminal_learnt_tokens_are_coloured_unless_NO_COLOR_says_no()
    {
        var script = "/usr/bin/script";
        Assert.SkipUnless(File.Exists(script), "There is no script(1) to make a terminal.");
        string Shown(string setting)
        {
            var llamax = Path.Combine(AppContext.BaseDirectory, "llamax.dll");
            var command = $"{setting} TERM=xterm-256color dotnet '{llamax}' corpus inspect '{_folder["packed"]}' -t '{Tokenizer}'";
            using var process = LlamaxProgram.Start(new Dictionary<string, string>(), script, ["-qec", command, "/dev/null"]);
            process.StandardInput.Close();
            var shown = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return shown;
        }

        Assert.Contains("\u001B[", Shown(""), StringComparison.Ordinal);
        Assert.Contains("<s> [", Shown("NO_COLOR=1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_requests_are_refused_with_the_way_out()
    {
        Assert.Contains("blocks are 0 to 0", Inspect("--block", "7").Refusal(), StringComparison.Ordinal);
        Assert.Contains("no document is like that", Inspect("--containing", "zebra").Refusal(), StringComparison.Ordinal);
        Assert.Contains("write en-ha", Inspect("--pair", "en-").Refusal(), StringComparison.Ordinal);
        Assert.Contains("--tokenizer", LlamaxProgram.Run("corpus", "inspect", _folder["packed"]).Refusal(), StringComparison.Ordinal);
        Assert.Contains("no packed corpus in this folder",
            LlamaxProgram.Run("corpus", "inspect", _folder.Path, "-t", Tokenizer).Refusal(), StringComparison.Ordinal);
        var other = Goldens.DataPath("llama2-tokenizer", "tokenizer.model");
        Assert.Contains("give the tokenizer that it was packed with",
            LlamaxProgram.Run("corpus", "inspect", _folder["packed"], "-t", other).Refusal(), StringComparison.Ordinal);
    }

    private ProgramResult Inspect(params string[] arguments) =>
        LlamaxProgram.Run(["corpus", "inspect", _folder["packed"], "--tokenizer", Tokenizer, .. arguments]);
}
