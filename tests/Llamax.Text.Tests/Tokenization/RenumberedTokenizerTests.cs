using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

/// <summary>Folders as those of M2M-100: a SentencePiece model, vocab.json, and the languages in special_tokens_map.json.</summary>
public sealed class RenumberedTokenizerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private ITokenizer Load(string vocabulary)
    {
        string[] pieces = ["<unk>", "<s>", "</s>", "\u2581a", "b", "\u2581cb", "\u2581"];
        _folder.Write("sentencepiece.bpe.model", SentencePieceFormat.Write(new()
        {
            Pieces = [.. pieces.Select((text, id) => new VocabularyPiece(
                text, -id, id == 0 ? PieceType.Unknown : id < 3 ? PieceType.Control : PieceType.Normal))],
            Segmentation = SegmentationModel.Unigram,
        }));
        _folder.Write("vocab.json", vocabulary);
        _folder.Write("special_tokens_map.json", """
            {"bos_token": "<s>", "eos_token": "</s>", "pad_token": {"content": "<pad>", "lstrip": false},
             "additional_special_tokens": ["__en__", {"content": "__ha__"}]}
            """);
        return TokenizerFile.Load(_folder.Path);
    }

    [Fact]
    public void Ids_are_those_of_the_vocabulary_and_languages_follow_it()
    {
        var tokenizer = Load("""{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "b": 4, "▁a": 5, "▁": 6}""");
        Assert.Equal([5, 4, 3, 5], tokenizer.Encode("ab cb a"));   // ▁cb has no number: unknown
        Assert.Equal((9, 0, 2, 1, 3), (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId, tokenizer.PadId, tokenizer.UnknownId));
        Assert.Equal(["__en__", "__ha__", "▁a"], new[] { 7, 8, 5 }.Select(tokenizer.Piece));
        Assert.Equal("ab a", tokenizer.Decode([7, 5, 4, 5, 2, 1]));
        Assert.Equal(["▁a", "b", "▁cb"], tokenizer.EncodePieces("ab cb"));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([9]));
    }

    [Theory]
    [InlineData("""{"<unk>": 0, "a": 2}""", "'a' has the id 2, 1 expected")]
    [InlineData("""{"a": 0}""", "no piece <unk>")]
    [InlineData("""{"a": "b"}""", "not an object of pieces and ids")]
    [InlineData("""[1]""", "not an object of pieces and ids")]
    public void A_broken_vocabulary_is_named(string vocabulary, string message)
    {
        var refusal = Assert.Throws<RequestException>(() => Load(vocabulary));
        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
        Assert.Contains("vocab.json", refusal.Message, StringComparison.Ordinal);
    }
}
