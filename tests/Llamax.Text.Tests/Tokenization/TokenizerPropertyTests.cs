using System.Text;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

public sealed class TokenizerPropertyTests
{
    private const ulong Seed = 20240708;

    [Fact]
    public void With_byte_fallback_decoding_gives_back_any_text()
    {
        AssertGivesBack(SentencePieceTokenizer.From(Vocabularies.Small(), [], "", "small"));
        AssertGivesBack(TokenizerFile.Load(Goldens.DataPath("llama2-tokenizer", "tokenizer.model")));
    }

    [Fact]
    public void Byte_level_decoding_gives_back_any_text() =>
        AssertGivesBack(TokenizerFile.Load(Goldens.DataPath("tokenizers", "llama3", "tokenizer.json.gz")));

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character()
    {
        var tokenizer = SentencePieceTokenizer.From(Vocabularies.Small(), [], "", "small");
        Assert.Equal("a\uFFFDb", tokenizer.Decode(tokenizer.Encode("a\uD83Db")));
    }

    [Fact]
    public void Bytes_that_belong_to_no_character_are_shown_one_by_one()
    {
        var tokenizer = SentencePieceTokenizer.From(Vocabularies.Small(), [], "", "small");
        Assert.Equal("\uFFFD\uFFFD\u00E9", tokenizer.Decode([3 + 0xE2, 3 + 0x82, 3 + 0xC3, 3 + 0xA9]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Decode([tokenizer.VocabularySize]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tokenizer.Piece(-1));
    }

    [Fact]
    public void Both_forms_of_a_saved_vocabulary_give_the_same_ids_for_any_text()
    {
        using var folder = new TemporaryFolder();
        TokenizerFile.Save(Vocabularies.Small(), folder.Path);
        var json = TokenizerFile.Load(Path.Combine(folder.Path, "tokenizer.json"));
        var model = TokenizerFile.Load(Path.Combine(folder.Path, "tokenizer.model"));
        var draws = new Draws(Seed, "both forms");
        for (var item = 0; item < 2000; item++)
            Assert.Equal(model.Encode(Vocabularies.RandomText(draws, item)), json.Encode(Vocabularies.RandomText(draws, item)));
    }

    [Fact]
    public void Merging_long_and_short_sequences_gives_what_the_definition_gives()
    {
        var draws = new Draws(Seed, "merges");
        var merges = new List<(int, int, int, int)>();
        var symbols = 4;
        for (var i = 0; i < 60; i++)
            merges.Add((draws.Below(symbols, i, 1), draws.Below(symbols, i, 2), draws.Below(20, i, 3), symbols++));
        var table = new MergeTable(merges);
        for (var item = 0; item < 500; item++)
        {
            var sequence = Enumerable.Range(0, draws.Below(80, item, 10)).Select(i => draws.Below(5, item, 20 + i) - 1).ToList();
            var actual = sequence.ToArray();
            Assert.Equal(ByDefinition(sequence, merges), actual[..table.Merge(actual)]);
        }
    }

    [Fact]
    public void A_word_of_a_hundred_thousand_letters_takes_no_time()
    {
        var tokenizer = TokenizerFile.Load(Goldens.DataPath("llama2-tokenizer", "tokenizer.model"));
        var text = string.Concat(Enumerable.Repeat("abracadabra", 10_000));
        Assert.Equal(text, tokenizer.Decode(tokenizer.Encode(text)));
    }

    [Fact]
    public async Task Many_threads_get_the_same_ids()
    {
        var tokenizer = TokenizerFile.Load(Goldens.DataPath("llama2-tokenizer", "tokenizer.model"));
        var draws = new Draws(Seed, "threads");
        var texts = Enumerable.Range(0, 200).Select(item => Vocabularies.RandomText(draws, item)).ToList();
        var expected = texts.ConvertAll(text => tokenizer.Encode(text));
        var runs = Enumerable.Range(0, 8).Select(_ => Task.Run(() => texts.ConvertAll(text => tokenizer.Encode(text))));
        foreach (var actual in await Task.WhenAll(runs))
            Assert.Equal(expected, actual);
    }

    [Fact]
    public void User_defined_pieces_stay_whole_and_unused_pieces_are_given_back_as_their_parts()
    {
        var model = Vocabularies.Small();
        var ant = model.Pieces.Select((piece, id) => (piece, id)).First(entry => entry.piece.Text == "\u2581ant").id;
        var marked = model with
        {
            Pieces = model.Pieces.SetItem(ant, model.Pieces[ant] with { Type = PieceType.Unused })
                .Add(new("nd\u2581r", 0, PieceType.UserDefined)),
        };
        var tokenizer = SentencePieceTokenizer.From(marked, [], "", "marked");
        Assert.DoesNotContain("\u2581ant", tokenizer.EncodePieces("ant"));
        Assert.Equal("\u2581ant", string.Concat(tokenizer.EncodePieces("ant")));
        Assert.Contains("nd\u2581r", tokenizer.EncodePieces("and ran"));
        Assert.Equal("and ran", tokenizer.Decode(tokenizer.Encode("and ran")));
    }

    private static void AssertGivesBack(ITokenizer tokenizer)
    {
        var draws = new Draws(Seed, "any text");
        for (var item = 0; item < 2000; item++)
        {
            var text = Vocabularies.RandomText(draws, item).Replace("\u2581", "", StringComparison.Ordinal); // ▁ is how a space is written
            var back = tokenizer.Decode(tokenizer.Encode(text));
            Assert.True(text == back, $"seed {Seed}, item {item}: {Convert.ToHexString(Encoding.UTF8.GetBytes(text))}");
        }
    }

    private static List<int> ByDefinition(List<int> sequence, List<(int Left, int Right, int Rank, int Result)> merges)
    {
        var symbols = sequence.ToList();
        while (true)
        {
            var best = (Rank: int.MaxValue, Position: -1, Result: 0);
            for (var i = 0; i + 1 < symbols.Count; i++)
                foreach (var merge in merges)
                    if (merge.Left == symbols[i] && merge.Right == symbols[i + 1] && merge.Rank < best.Rank)
                        best = (merge.Rank, i, merge.Result);
            if (best.Position < 0)
                return symbols;
            symbols[best.Position] = best.Result;
            symbols.RemoveAt(best.Position + 1);
        }
    }
}
