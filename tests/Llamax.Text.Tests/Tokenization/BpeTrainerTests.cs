using System.Text.RegularExpressions;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;
using Llamax.Text.Tokenization;
using Microsoft.ML.Tokenizers;

namespace Llamax.Text.Tests.Tokenization;

public sealed class BpeTrainerTests
{
    [Fact]
    public void The_layout_is_that_of_LLaMA()
    {
        var pieces = Vocabularies.Small().Pieces;
        Assert.Equal(340, pieces.Length);
        Assert.Equal(["<unk>", "<s>", "</s>", "<0x00>"], pieces.Take(4).Select(piece => piece.Text));
        Assert.Equal("<0xFF>", pieces[258].Text);
        var firstCharacter = Enumerable.Range(259, 81).First(id => pieces[id].Text.EnumerateRunes().Count() == 1);
        Assert.All(pieces.Skip(259).Take(firstCharacter - 259), piece => Assert.True(piece.Text.EnumerateRunes().Count() > 1));
        Assert.All(pieces.Skip(firstCharacter), piece => Assert.Single(piece.Text.EnumerateRunes()));
        Assert.Equal(Enumerable.Range(0, 340 - 259).Select(i => (float)-i), pieces.Skip(259).Select(piece => piece.Score));
    }

    [Fact]
    public void The_most_frequent_pair_is_merged_first_and_the_counts_follow()
    {
        // ▁a and ab occur 9 times, bc 7 times; of equals the pair with the older symbol comes first.
        var merger = new PairMerger(
            [new('\u2581'), new('a'), new('b'), new('c')], [new("\u2581abc", 7), new("\u2581ab", 2)], maxPieceLength: 16);
        Assert.Equal(["\u2581a", "\u2581ab", "\u2581abc", null], [merger.Next()?.Text, merger.Next()?.Text, merger.Next()?.Text, merger.Next()?.Text]);
    }

    [Fact]
    public void Repeated_letters_merge_from_the_left()
    {
        var merger = new PairMerger([new('a'), new('b')], [new("aaaaab", 5)], maxPieceLength: 3);
        Assert.Equal(["aa", "ab", null], [merger.Next()?.Text, merger.Next()?.Text, merger.Next()?.Text]); // aa aa ab
    }

    [Fact]
    public void A_text_too_small_for_its_vocabulary_and_a_vocabulary_too_small_for_its_characters_are_refused()
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabularySize = 300, CharacterCoverage = 1 });
        trainer.Add("abracadabra cad bra dab", 2);
        var tooSmall = Assert.Throws<RequestException>(() => Train(trainer));
        Assert.Contains("300 are wanted", tooSmall.What, StringComparison.Ordinal);
        Assert.Contains("set vocabularySize to", tooSmall.Mend, StringComparison.Ordinal);
        trainer.Add("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP");
        Assert.Contains("53 characters", Assert.Throws<RequestException>(() => Train(trainer)).What, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_lines_in_another_order_give_the_same_bytes()
    {
        var lines = Flores("eng", "deu", "hin").ToList();
        var forward = Train(lines, 1500);
        lines.Reverse();
        Assert.Equal(SentencePieceFormat.Write(forward), SentencePieceFormat.Write(Train(lines, 1500)));
    }

    [Fact]
    public void Pieces_respect_words_digits_and_the_longest_length()
    {
        var model = Train(Flores("eng", "deu", "zho_simpl"), 3000);
        foreach (var piece in model.Pieces.Where(p => p.Type == PieceType.Normal && p.Text.Length > 1).Select(p => p.Text))
        {
            Assert.DoesNotContain('\u2581', piece.TrimStart('\u2581'));
            Assert.DoesNotContain(piece, char.IsDigit);
            Assert.True(piece.Length <= 16, piece);
            Assert.False(piece.Any(char.IsLetter) && piece.Any(char.IsPunctuation), piece);
        }

        Assert.Contains(Train(Flores("eng"), 3000, splitDigits: false).Pieces, piece => piece.Text.Count(char.IsDigit) > 1);
    }

    [Fact]
    public void Rare_characters_are_left_to_bytes()
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabularySize = 300, CharacterCoverage = 0.99 });
        trainer.Add("banana bandana cabana banal canal naval lava java havana nada canada", 100);
        trainer.Add("Ω");
        Assert.DoesNotContain(Train(trainer).Pieces, piece => piece.Text == "Ω");
    }

    [Fact]
    public void Options_that_cannot_work_are_refused_together()
    {
        var problem = Assert.Throws<RequestException>(
            () => new BpeTrainer(new BpeTrainerOptions { VocabularySize = 10, CharacterCoverage = 2, MaxPieceLength = 0 }));
        Assert.Contains("vocabularySize = 10", problem.Message, StringComparison.Ordinal);
        Assert.Contains("characterCoverage = 2", problem.Message, StringComparison.Ordinal);
        Assert.Contains("maxPieceLength = 0", problem.Message, StringComparison.Ordinal);
        Assert.Throws<RequestException>(() => Train(new BpeTrainer(new BpeTrainerOptions())));
    }

    [Fact]
    public void What_we_write_gives_the_same_ids_in_both_forms_and_in_another_program()
    {
        using var folder = new TemporaryFolder();
        var lines = Flores("eng", "deu", "hin", "zho_simpl", "amh").ToList();
        TokenizerFile.Save(Train(lines, 4000), folder.Path);
        var model = TokenizerFile.Load(Path.Combine(folder.Path, "tokenizer.model"));
        var json = TokenizerFile.Load(Path.Combine(folder.Path, "tokenizer.json"));
        using var file = File.OpenRead(Path.Combine(folder.Path, "tokenizer.model"));
        var other = LlamaTokenizer.Create(file, addBeginOfSentence: false, addEndOfSentence: false);
        foreach (var line in lines.Concat(Flores("fra", "tha", "kat")))
        {
            var ids = model.Encode(line);
            Assert.Equal(ids, json.Encode(line));
            // Of overlapping merges of the same rank SentencePiece takes the leftmost, that program the rightmost: """ is "" " or " "".
            if (!Regex.IsMatch(line, @"(.)\1\1"))
                Assert.Equal(ids, other.EncodeToIds(line, considerPreTokenization: false));
            Assert.Equal(line, model.Decode(ids));
            Assert.Equal(line, json.Decode(ids));
        }
    }

    [Fact]
    public void A_model_with_a_character_map_is_not_written_as_tokenizer_json()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<RequestException>(() => TokenizerFile.Save(Vocabularies.WithCharacterMap(), folder.Path));
        Assert.Empty(Directory.EnumerateFiles(folder.Path));
    }

    private static SentencePieceModel Train(IEnumerable<string> lines, int size, bool splitDigits = true)
    {
        var trainer = new BpeTrainer(new BpeTrainerOptions { VocabularySize = size, SplitDigits = splitDigits });
        foreach (var line in lines)
            trainer.Add(line);
        return Train(trainer);
    }

    private static SentencePieceModel Train(BpeTrainer trainer) =>
        trainer.Train(SilentEvents.Instance, TestContext.Current.CancellationToken);

    private static IEnumerable<string> Flores(params string[] languages) => languages.SelectMany(
        language => TokenizerGoldenTests.Lines(Goldens.DataPath("flores101", "dev", language + ".dev.gz")).Where(line => line.Length > 0));
}
