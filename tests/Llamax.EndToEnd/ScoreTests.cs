using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class ScoreTests : IDisposable
{
    private const string Hypothesis = "the cat sat on the mat\nit was raining today\n";
    private const string Reference = "the cat sat on a mat\nit is raining today\n";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Scores_are_printed_as_sacrebleu_prints_them()
    {
        var (hyp, reference) = (_folder.Write("hyp", Hypothesis), _folder.Write("ref", Reference));
        var result = LlamaxProgram.Run("score", hyp, reference, "--metric", "bleu,chrf,chrf++").Done();
        Assert.StartsWith("BLEU|nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0 = ", result.Lines[0], StringComparison.Ordinal);
        Assert.Contains("(BP = 1.000 ratio = 1.000 hyp_len = 10 ref_len = 10)", result.Lines[0], StringComparison.Ordinal);
        Assert.StartsWith(
            "chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0 = ", result.Lines[1], StringComparison.Ordinal);
        Assert.StartsWith("chrF2++|", result.Lines[2], StringComparison.Ordinal);
        Assert.Equal(3, result.Lines.Length);
    }

    [Fact]
    public void Json_is_an_array_with_sacrebleus_keys_and_the_parts_of_bleu()
    {
        string[] references = [Gzip("ref.gz", Reference), _folder.Write("ref2", Hypothesis)];
        var result = LlamaxProgram.RunOn(Hypothesis, ["score", "-", .. references, "--metric", "bleu,chrf", "--json"]).Done();
        var scores = JsonNode.Parse(result.Out)!.AsArray();
        Assert.Equal(["BLEU", "chrF2"], scores.Select(score => (string?)score!["name"]));
        var bleu = scores[0]!;
        Assert.Equal(100, (double)bleu["score"]!, 1e-9);
        Assert.StartsWith("nrefs:2|", (string?)bleu["signature"], StringComparison.Ordinal);
        Assert.StartsWith("100.0/100.0/100.0/100.0 (BP = 1.000", (string?)bleu["verbose_score"], StringComparison.Ordinal);
        foreach (var key in (string[])["counts", "totals", "precisions"])
            Assert.Equal(4, bleu[key]!.AsArray().Count);
        Assert.Equal((1.0, 10, 10), ((double)bleu["bp"]!, (int)bleu["sys_len"]!, (int)bleu["ref_len"]!));
    }

    [Fact]
    public void Sentence_scores_come_line_by_line()
    {
        var (hyp, reference) = (_folder.Write("hyp", Hypothesis), _folder.Write("ref", Hypothesis));
        var result = LlamaxProgram.Run("score", hyp, reference, "--metric", "bleu", "--sentence-level", "--json").Done();
        Assert.Equal(2, JsonNode.Parse(result.Out)![0]!["sentence_scores"]!.AsArray().Count);
    }

    [Fact]
    public void Files_of_different_length_are_refused_with_both_counts()
    {
        var (hyp, reference) = (_folder.Write("hyp", "a\nb\n"), _folder.Write("ref", "a\nb\nc\n"));
        var message = LlamaxProgram.Run("score", hyp, reference).Refusal();
        Assert.Contains($"{hyp}: 2 lines, but 3 in {reference}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spbleu_without_its_model_says_how_to_get_it_and_gives_no_number()
    {
        var (hyp, reference) = (_folder.Write("hyp", Hypothesis), _folder.Write("ref", Reference));
        var message = LlamaxProgram.Run("score", hyp, reference, "--metric", "spbleu").Refusal();
        Assert.Contains("llamax data get spm-flores101", message, StringComparison.Ordinal);
        Assert.Contains("--tokenizer FILE", message, StringComparison.Ordinal);
        Assert.Contains(
            "llamax data get spm-flores200",
            LlamaxProgram.Run("score", hyp, reference, "--tokenizer", "flores200").Refusal(),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--metric rouge", "there is no metric \"rouge\"")]
    [InlineData("--tokenizer 13b", "\"13b\" is no tokenizer and no file")]
    [InlineData("--metric chrf --tokenizer 13a", "chrF has no tokenizer")]
    [InlineData("--metric spbleu --tokenizer char", "char is none")]
    [InlineData("--metric ,", "no metric is named")]
    public void Wrong_choices_are_refused(string options, string what)
    {
        var (hyp, reference) = (_folder.Write("hyp", Hypothesis), _folder.Write("ref", Reference));
        Assert.Contains(what, LlamaxProgram.Run(["score", hyp, reference, .. options.Split(' ')]).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Wrong_files_are_refused_by_name()
    {
        var reference = _folder.Write("ref", Reference);
        Assert.Contains("there is no such file", LlamaxProgram.Run("score", "nowhere.txt", reference).Refusal(), StringComparison.Ordinal);
        Assert.Contains("a folder", LlamaxProgram.Run("score", _folder.Path, reference).Refusal(), StringComparison.Ordinal);
        Assert.Contains(
            "there is no line to score",
            LlamaxProgram.Run("score", "/dev/null", _folder.Write("empty", "")).Refusal(),
            StringComparison.Ordinal);
        var broken = _folder.Write("broken", [.. "fine\n"u8, 0xE4, (byte)'\n']);
        Assert.Contains(
            $"{broken}:2: no valid UTF-8 at byte 1", LlamaxProgram.Run("score", broken, reference).Refusal(), StringComparison.Ordinal);
        var cut = Gzip("cut.gz", Reference);
        File.WriteAllBytes(cut, File.ReadAllBytes(cut)[..20]);
        Assert.Contains(cut, LlamaxProgram.Run("score", cut, reference).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_full_disk_behind_standard_output_is_no_success()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "This system has no /dev/full.");
        var (hyp, reference) = (_folder.Write("hyp", Hypothesis), _folder.Write("ref", Reference));
        var result = LlamaxProgram.Shell("> /dev/full", "score", hyp, reference);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("No space left", result.Error, StringComparison.Ordinal);
    }

    private string Gzip(string name, string text)
    {
        using var memory = new MemoryStream();
        using (var gzip = new GZipStream(memory, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return _folder.Write(name, memory.ToArray());
    }
}
