using System.Text.Json;
using System.Text.Json.Nodes;
using Llamax.Models.EncoderDecoder;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.EndToEnd;

/// <summary>
/// <c>llamax translate</c> with the golden M2M-100 folders: every id is a letter of its own, and what the golden's first sentence begins
/// with is called English.
/// </summary>
[Trait("Category", "Golden")]
public sealed class EncoderDecoderTranslateTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static IReadOnlyCollection<ITheoryDataRow> Folders()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("models", "decoding.json"))
        {
            using var golden = JsonDocument.Parse(File.ReadAllText(file));
            if (golden.RootElement.TryGetProperty("forced_bos_token_id", out var id) && id.ValueKind == JsonValueKind.Number)
                data.Add(Path.GetRelativePath(Goldens.GoldenPath("models"), Path.GetDirectoryName(file)!));
        }

        return Goldens.Cases(data);
    }

    [Theory]
    [MemberData(nameof(Folders))]
    public void A_sentence_becomes_what_the_golden_says(string name)
    {
        var golden = JsonNode.Parse(File.ReadAllText(Goldens.GoldenPath("models", name, "decoding.json")))!;
        var source = golden["input_ids"]![0]!.AsArray().Zip(golden["attention_mask"]![0]!.AsArray())
            .Where(pair => (int)pair.Second! == 1).Select(pair => (int)pair.First!).ToArray();
        var expected = golden["cases"]!.AsArray().Single(item => (string?)item!["id"] == "beam4")!["hypotheses"]![0]!.AsArray();
        Prepare(name, english: source[0], hausa: (int)golden["forced_bos_token_id"]!);

        var result = LlamaxProgram.Run(
            "translate", "--model", _folder.Path, "--from", "en", "--to", "ha", "--beam", "4", "--nbest", "4", "--max-new-tokens", "20",
            "--threads", "1", "--json", Letters(source[1..^1]));
        Assert.Equal(0, result.ExitCode);
        var hypotheses = JsonNode.Parse(result.Lines.Single())!["hypotheses"]!.AsArray();
        Assert.Equal(
            expected.Select(hypothesis => Letters(hypothesis!["tokens"]!.AsArray().Select(id => (int)id!).Skip(1).Where(id => id > 3))),
            hypotheses.Select(hypothesis => (string?)hypothesis!["text"]));
        foreach (var (wanted, found) in expected.Zip(hypotheses))
            Assert.Equal((double)wanted!["score"]!, (double)found!["score"]!, 1e-3);

        var refusal = LlamaxProgram.Run("translate", "--model", _folder.Path, "--from", "en", "--to", "fr", "x").RefusalAtLast();
        Assert.Contains("no token for the language \"fr\"", refusal, StringComparison.Ordinal);
        var prompted = LlamaxProgram.Run(
            "translate", "--model", _folder.Path, "--from", "en", "--to", "ha", "--prompt", "plain", "x").RefusalAtLast();
        Assert.Contains("takes no prompt such as plain", prompted, StringComparison.Ordinal);
    }

    private void Prepare(string name, int english, int hausa)
    {
        foreach (var file in new[] { "config.json", "model.safetensors" })
            File.WriteAllBytes(_folder[file], File.ReadAllBytes(Goldens.GoldenPath("models", name, file)));
        string[] special = ["<s>", "<pad>", "</s>", "<unk>"];
        var size = EncoderDecoderConfig.FromJson(_folder["config.json"]).VocabularySize;
        VocabularyPiece Piece(int id) => id < 4
            ? new(special[id], 0, id == 3 ? PieceType.Unknown : PieceType.Control)
            : id == english ? new("__en__", 0, PieceType.Control)
            : id == hausa ? new("__ha__", 0, PieceType.Control)
            : new(Letters([id]), -id, PieceType.Normal);
        TokenizerFile.Save(
            new()
            {
                Pieces = [.. Enumerable.Range(0, size).Select(Piece)],
                Segmentation = SegmentationModel.Bpe,
                AddDummyPrefix = false,
                RemoveExtraWhitespaces = false,
            },
            _folder.Path);
    }

    private static string Letters(IEnumerable<int> ids) => string.Concat(ids.Select(id => (char)(0x4E00 + id)));
}
