using Llamax.Testing;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Text.Tests.Tokenization;

/// <summary>What must hold of any tokenizer, on real sentences of all 102 languages.</summary>
public sealed class RealTextTests
{
    private const int LinesPerLanguage = 25;

    [Theory]
    [InlineData("llama2-tokenizer/tokenizer.model")]
    [InlineData("tokenizers/llama3/tokenizer.json.gz")]
    public void Sentences_of_all_languages_come_back_from_their_ids(string model)
    {
        var tokenizer = TokenizerFile.Load(Goldens.DataPath(model));
        foreach (var line in Sentences())
            Assert.Equal(line, tokenizer.Decode(tokenizer.Encode(line)));
    }

    [Theory]
    [InlineData("standin-unigram-24k.model")]
    [InlineData("standin-bpe-4k.model")]
    public void Decoding_gives_the_normalised_sentence_whose_ids_are_the_same(string model)
    {
        var tokenizer = TokenizerFile.Load(Goldens.GoldenPath("metrics", "spm", model));
        var known = 0;
        foreach (var line in Sentences())
        {
            var ids = tokenizer.Encode(line);
            var normalized = string.Concat(tokenizer.EncodePieces(line)).Replace('\u2581', ' ').TrimStart(' ');
            if (ids.Contains(tokenizer.UnknownId!.Value))
                continue;
            known++;
            Assert.Equal(normalized, tokenizer.Decode(ids));
            Assert.Equal(ids, tokenizer.Encode(normalized));
        }

        Assert.True(known > 50 * LinesPerLanguage, $"only {known} sentences without an unknown character");
    }

    private static IEnumerable<string> Sentences() => LanguageRegistry.All.SelectMany(language =>
        TokenizerGoldenTests.Lines(Goldens.DataPath("flores101", "dev", $"{language.Flores101}.dev.gz")).Take(LinesPerLanguage));
}
