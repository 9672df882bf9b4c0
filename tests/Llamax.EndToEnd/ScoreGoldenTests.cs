using System.IO.Compression;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>
/// Whole test sets through the command line against sacrebleu's numbers (golden/metrics/flores-*.json.gz), two directions a file.
/// </summary>
[Trait("Category", "Golden")]
public sealed class ScoreGoldenTests
{
    [Theory]
    [MemberData(nameof(Examples))]
    public void Spbleu_and_bleu_are_sacrebleus_and_signed_with_what_was_used(string file, int index)
    {
        var example = Read(file)[index]!;
        var split = (string)example["split"]!;
        string Lines(string side) => Goldens.DataPath("flores101", split, $"{example[side]}.{split}.gz");
        foreach (var (model, expected) in example["spbleu"]!.AsObject())
        {
            var path = Goldens.GoldenPath("metrics", "spm", model + ".model");
            string[] options = ["--metric", "bleu,spbleu", "--tokenizer", path, "--json"];
            var scores = JsonNode.Parse(LlamaxProgram.Run(["score", Lines("hypothesis"), Lines("reference"), .. options]).Done().Out)!;
            var (bleu, spBleu) = (scores[0]!, scores[1]!);
            Assert.Equal((double)example["bleu13a"]!["score"]!, (double)bleu["score"]!, 1e-9);
            Assert.Equal((string?)example["bleu13a"]!["signature"], (string?)bleu["signature"]);
            Assert.Equal((double)expected!["score"]!, (double)spBleu["score"]!, 1e-9);
            Assert.Equal((long)expected["sys_len"]!, (long)spBleu["sys_len"]!);
            Assert.Equal(model + ".model", (string?)spBleu["tok"]);
        }
    }

    public static IReadOnlyCollection<ITheoryDataRow> Examples()
    {
        var data = new TheoryData<string, int>();
        foreach (var file in Goldens.Files("metrics", "flores-*.json.gz"))
            for (var index = 0; index < Math.Min(2, Read(file).Count); index++)
                data.Add(file, index);
        return Goldens.Cases(data);
    }

    private static JsonArray Read(string path)
    {
        using var gzip = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        return JsonNode.Parse(gzip)!.AsArray();
    }
}
