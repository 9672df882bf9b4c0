using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Tests.Lexicons;

public sealed class LexiconCoverageTests
{
    private static readonly MultilingualLexicon _lexicon = MultilingualLexicon.Build(
        [new("en", "dog", "de", "Hund"), new("en", "st.", "de", "Sankt"), new("zh", "北京", "en", "Beijing"), new("zh", "我", "en", "I")]);

    [Fact]
    public void Words_and_different_words_are_counted_without_punctuation() =>
        Assert.Equal(new("en", 2, 7, 4, 4, 2), Measure("en", "The DOG, the “dog” — 42!", "St. dog's Dog"));

    [Fact]
    public void Text_without_spaces_is_divided_by_a_dictionary_of_its_words() =>
        Assert.Equal(new("zh", 1, 4, 3, 3, 2), Measure("zh", "我在北京。我"));

    [Fact]
    public void A_language_that_the_lexicon_lacks_is_not_covered_at_all()
    {
        var coverage = Measure("kam", "mbua");
        Assert.Equal((0.0, 0.0, 1L), (coverage.TokenShare, coverage.TypeShare, coverage.Tokens));
        Assert.Equal(0, Measure("kam").TokenShare);
    }

    private static LexiconCoverage Measure(string language, params string[] lines) =>
        LexiconCoverage.Measure(_lexicon, language, lines.Select((line, i) => new TextLine(line, $"t:{i + 1}")));
}
