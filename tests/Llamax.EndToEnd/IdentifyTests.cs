using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class IdentifyTests
{
    private static string Model => Goldens.GoldenPath("lid", "tiny-softmax-subword.bin");

    private static string Lid176 => Goldens.DataPath("lid", "lid.176.ftz");

    [Fact]
    public void Each_line_gets_its_label_probability_codes_and_script()
    {
        var lines = LlamaxProgram.RunOn("Wo ist die Küche?\n\n這個國家的人民\n", "identify", "--model", Lid176).Done().Lines;
        Assert.Equal(["__label__de", "de", "Latn"], Columns(lines[0]));
        Assert.Equal("-", lines[1].Split('\t')[3]);
        Assert.Equal(["__label__zh", "zh,zhtrad", "Hant"], Columns(lines[2]));

        static string[] Columns(string line) => line.Split('\t') is [var label, _, var codes, var script] ? [label, codes, script] : [];
    }

    [Fact]
    public void Top_k_is_a_json_array_a_line_with_the_answers_of_fastText()
    {
        foreach (var file in Goldens.Files("lid", "*.golden.jsonl.gz").Take(2))
        {
            var lines = TokenizeGoldenTests.Read(file)
                .Where(line => line["top"] is not null && !((string)line["text"]!).Contains('\n')).ToList();
            var answers = LlamaxProgram.RunOn(
                string.Concat(lines.Select(line => line["text"] + "\n")),
                "identify", "--model", file[..^".golden.jsonl.gz".Length], "--top", "3").Done().Lines;
            Assert.Equal(lines.Count, answers.Length);
            foreach (var (line, answer) in lines.Zip(answers))
            {
                Assert.Equal(
                    line["top"]!.AsArray().Select(one => ((string)one![0]!, (float)(double)one[1]!)),
                    JsonNode.Parse(answer)!.AsArray().Select(one => ((string)one!["label"]!, (float)(double)one["probability"]!)));
            }
        }
    }

    [Fact]
    public void Coverage_says_what_the_model_cannot_judge()
    {
        var rows = JsonNode.Parse(LlamaxProgram.Run("identify", "--model", Lid176, "--coverage", "--json").Done().Out)!.AsArray();
        Assert.Equal(102, rows.Count);
        Assert.Equal(85, rows.Count(row => (bool)row!["judged"]!));
        Assert.Contains(
            LlamaxProgram.Run("identify", "--model", Lid176, "--coverage").Done().Lines,
            line => line.StartsWith("zu ", StringComparison.Ordinal) && line.EndsWith("not judged", StringComparison.Ordinal));
    }

    [Fact]
    public void Wrong_requests_are_refused()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("text.bin", "hello");
        Assert.Contains("it does not begin like one", LlamaxProgram.Run("identify", "-m", text, "x").Refusal(), StringComparison.Ordinal);
        Assert.Contains("no such file", LlamaxProgram.Run("identify", "-m", folder["no.ftz"], "x").Refusal(), StringComparison.Ordinal);
        Assert.Contains("1 to 10000", LlamaxProgram.Run("identify", "-m", Model, "--top", "0", "x").Refusal(), StringComparison.Ordinal);
        Assert.Contains(
            "give one of them", LlamaxProgram.Run("identify", "-m", Model, "--input", text, "x").Refusal(), StringComparison.Ordinal);
    }
}
