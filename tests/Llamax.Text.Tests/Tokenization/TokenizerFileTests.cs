using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

public sealed class TokenizerFileTests
{
    [Fact]
    public void A_missing_path_an_empty_folder_and_foreign_files_say_what_is_wrong_and_how_to_mend_it()
    {
        using var folder = new TemporaryFolder();
        AssertRefused(Path.Combine(folder.Path, "absent.model"), "no such file or folder");
        AssertRefused(folder.Path, "a folder without a tokenizer");
        AssertRefused(folder.Write("empty.model", []), "an empty file");
        AssertRefused(folder.Write("letter.txt", "Dear reader, this is no tokenizer."u8.ToArray()), "not a SentencePiece model");
        AssertRefused(folder.Write("pointer.model", "version https://git-lfs.github.com/spec/v1\n"u8.ToArray()), "Git LFS pointer");
        AssertRefused(folder.Write("config.json", "{\"hidden_size\": 64}"u8.ToArray()), "JSON without \"model\"");
        AssertRefused(folder.Write("half.json", "{\"model\": {\"type\": \"BPE\""u8.ToArray()), "not a tokenizer.json");
        AssertRefused(folder.Write("half.json.gz", [0x1F, 0x8B, 8, 0, 0, 0]), "");
        AssertRefused(folder.Write("list.json", "{\"model\": {\"vocab\": []}}"u8.ToArray()), "without an object \"vocab\"");
        AssertRefused(folder.Write("nothing.json", "{\"model\": {\"type\": null}}"u8.ToArray()), "not a tokenizer.json");
        AssertRefused(folder.Write("no-token.json", "{\"added_tokens\": [null]}"u8.ToArray()), "not a tokenizer.json");
        AssertRefused(folder.Write("unigram.json", "{\"model\": {\"type\": \"Unigram\"}}"u8.ToArray()), "type Unigram");
    }

    [Theory]
    [InlineData("\"vocab\": {\"a\": 2000000000}", "has the id 2000000000")]
    [InlineData("\"vocab\": {\"a\": -1}", "has the id -1")]
    [InlineData("\"vocab\": {\"a\": 0, \"b\": 0}", "the same id 0")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": [\"a b\"], \"unk_token\": \"a\"", "merge 1")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": [3], \"unk_token\": \"a\"", "merge 1")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": []", "neither byte_fallback nor an unk_token")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": [], \"byte_fallback\": true", "byte_fallback without a piece for each")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": [], \"end_of_word_suffix\": \"</w>\"", "mark the inside or the end of words")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": []}, \"normalizer\": {\"type\": \"Lowercase\"", "the normalizer Lowercase")]
    [InlineData("\"vocab\": {\"\\ud800\": 0}, \"merges\": []", "not a tokenizer.json")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": []}, \"pre_tokenizer\": {\"type\": \"Bert\"", "the pre-tokenizer Bert")]
    [InlineData("\"vocab\": {\"a\": 0}, \"merges\": []}, \"pre_tokenizer\": {\"type\": \"ByteLevel\"", "without a piece for byte 0x00")]
    [InlineData("\"vocab\": {}}, \"added_tokens\": [{\"id\": 9, \"content\": \"\"}], \"x\": {", "the added token ''")]
    public void A_tokenizer_json_that_cannot_be_right_or_is_of_another_kind_is_refused_by_name(string model, string what)
    {
        using var folder = new TemporaryFolder();
        AssertRefused(folder.Write("tokenizer.json", Encoding.UTF8.GetBytes($"{{\"model\": {{\"type\": \"BPE\", {model}}}}}")), what);
    }

    [Fact]
    public void A_pattern_that_dotnet_does_not_know_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        var json = """
            {"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
              {"type": "Split", "pattern": {"Regex": "\\p{Nonsense}"}, "behavior": "Isolated"}, {"type": "ByteLevel", "use_regex": false}]},
             "model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}}
            """;
        AssertRefused(folder.Write("tokenizer.json", Encoding.UTF8.GetBytes(json)), "the pre-tokenizer's expression");
    }

    [Fact]
    public void A_model_cut_off_anywhere_is_refused()
    {
        var whole = SentencePieceFormat.Write(Vocabularies.Small());
        for (var length = 0; length < whole.Length; length++)
            Assert.Throws<RequestException>(() => SentencePieceFormat.Read(whole.AsSpan(0, length), "model"));
    }

    [Fact]
    public void A_tokenizer_json_cut_off_anywhere_is_refused()
    {
        using var folder = new TemporaryFolder();
        var whole = HuggingFaceWriter.Tokenizer(Vocabularies.Small());
        for (var length = 0; length < whole.Length - 2; length += 971)
            AssertRefused(folder.Write("tokenizer.json", whole[..length]), "");
    }

    [Fact]
    public void A_model_with_any_byte_changed_is_refused_or_read_and_never_hangs()
    {
        var whole = SentencePieceFormat.Write(Vocabularies.WithCharacterMap());
        for (var position = 0; position < whole.Length; position++)
        {
            var changed = whole.ToArray();
            changed[position] ^= 0xFF;
            AssertReadsOrRefuses(changed);
        }
    }

    [Fact]
    public void Announced_lengths_are_not_believed()
    {
        foreach (byte[] model in new byte[][]
        {
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0x0A, 0x03, 0x0A, 0x7F, 0x61],
            [0x0B],
            [0x00],
        })
            Assert.Throws<RequestException>(() => SentencePieceFormat.Read(model, "model"));
    }

    [Fact]
    public void The_fingerprint_is_the_hash_of_the_uncompressed_file()
    {
        using var folder = new TemporaryFolder();
        var content = SentencePieceFormat.Write(Vocabularies.Small());
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        var expected = Convert.ToHexStringLower(SHA256.HashData(content));
        Assert.Equal(expected, TokenizerFile.Load(folder.Write("a.model", content)).Fingerprint);
        Assert.Equal(expected, TokenizerFile.Load(folder.Write("a.model.gz", compressed.ToArray())).Fingerprint);
    }

    [Fact]
    public void Special_ids_come_from_the_files_beside_a_tokenizer_json()
    {
        using var folder = new TemporaryFolder();
        TokenizerFile.Save(Vocabularies.Small(), folder.Path);
        var plain = TokenizerFile.Load(folder.Path);
        Assert.Equal((1, 2, null, 0), (plain.BosId, plain.EosId, plain.PadId, plain.UnknownId));

        folder.Write("tokenizer_config.json", "{\"bos_token\": null, \"eos_token\": {\"content\": \"<s>\"}}"u8.ToArray());
        folder.Write("special_tokens_map.json", "{\"pad_token\": \"</s>\", \"eos_token\": \"</s>\"}"u8.ToArray());
        var configured = TokenizerFile.Load(folder.Path);
        Assert.Equal((null, 1, 2), (configured.BosId, configured.EosId, configured.PadId));
    }

    [Fact]
    public void Tokens_added_behind_a_SentencePiece_model_are_recognised_in_text_and_control_pieces_are_not()
    {
        using var folder = new TemporaryFolder();
        var model = Vocabularies.Small();
        folder.Write("tokenizer.model", SentencePieceFormat.Write(model));
        folder.Write("added_tokens.json", Encoding.UTF8.GetBytes($"{{\"<end>\": {model.Pieces.Length}}}"));
        var tokenizer = TokenizerFile.Load(folder.Path);
        var ids = tokenizer.Encode("an<end></s>");
        Assert.Single(ids, model.Pieces.Length);
        Assert.DoesNotContain(2, ids);
        Assert.Equal("an </s>", tokenizer.Decode(ids));
        Assert.Equal("<end>", tokenizer.Piece(model.Pieces.Length));
        Assert.Equal(model.Pieces.Length + 1, tokenizer.VocabularySize);
    }

    [Fact]
    public void Ids_between_the_pieces_and_the_added_tokens_are_nothing()
    {
        using var folder = new TemporaryFolder();
        var pieces = Vocabularies.Small().Pieces.Length;
        var json = Encoding.UTF8.GetString(HuggingFaceWriter.Tokenizer(Vocabularies.Small()));
        json = json.Replace("\"added_tokens\": [", $$"""
            "added_tokens": [{"id": {{pieces + 2}}, "content": "<end>"},
            """, StringComparison.Ordinal);
        var tokenizer = TokenizerFile.Load(folder.Write("tokenizer.json", json));
        Assert.Equal(("", "<end>"), (tokenizer.Piece(pieces), tokenizer.Piece(pieces + 2)));
        Assert.Equal("an<end>", tokenizer.Decode([.. tokenizer.Encode("an"), pieces, pieces + 2]));
    }

    private static void AssertReadsOrRefuses(byte[] model)
    {
        try
        {
            var read = SentencePieceFormat.Read(model, "model");
            var tokenizer = SentencePieceTokenizer.From(read, [], "", "model");
            tokenizer.Decode(tokenizer.Encode("Any text, ½ of it odd: 日本 \u0001"));
        }
        catch (RequestException)
        {
        }
    }

    private static void AssertRefused(string path, string what)
    {
        var refusal = Assert.Throws<RequestException>(() => TokenizerFile.Load(path));
        Assert.Contains(what, refusal.What, StringComparison.Ordinal);
        Assert.Equal(path, refusal.Where);
        Assert.NotEmpty(refusal.Mend);
    }
}
