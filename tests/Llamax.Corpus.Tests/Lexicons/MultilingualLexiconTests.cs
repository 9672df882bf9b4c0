using System.Globalization;
using Llamax.Corpus.Lexicons;

namespace Llamax.Corpus.Tests.Lexicons;

public sealed class MultilingualLexiconTests
{
    private static readonly LexiconEntry[] _hello =
    [
        new("en", "hello", "fr", "Bonjour"), new("en", "Hello", "de", "Hallo"), new("en", "hello", "zh", "你好"),
        new("en", "hello", "fr", "salut"),
    ];

    [Fact]
    public void The_papers_example_becomes_one_entry_of_entities_with_their_languages()
    {
        var lexicon = MultilingualLexicon.Build(_hello);
        Assert.Equal(["hallo_de", "bonjour_fr", "salut_fr", "你好_zh"],
            lexicon.Translations("en", "HELLO").Select(entity => entity.ToString()));
        Assert.Equal(["de", "en", "fr", "zh"], lexicon.Languages);
        Assert.Equal(2, lexicon.EntityCounts["fr"]);
        Assert.Equal(["bonjour_fr", "hallo_de", "hello_en", "salut_fr", "你好_zh"],
            lexicon.Entities.Select(entity => entity.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void An_entry_translates_both_ways_and_one_hop_only()
    {
        var lexicon = MultilingualLexicon.Build(_hello);
        Assert.Equal([new LexiconEntity("en", "hello")], lexicon.Translations("fr", "bonjour"));
    }

    [Fact]
    public void The_same_word_of_two_languages_is_two_entities()
    {
        var lexicon = MultilingualLexicon.Build([new("en", "gift", "fr", "cadeau"), new("de", "Gift", "fr", "poison")]);
        Assert.Equal("cadeau", Assert.Single(lexicon.Translations("en", "gift")).Text);
        Assert.Equal("poison", Assert.Single(lexicon.Translations("de", "gift")).Text);
    }

    [Fact]
    public void Repeated_reversed_empty_and_monolingual_entries_add_nothing()
    {
        var lexicon = MultilingualLexicon.Build(
            [new("en", "dog", "de", "Hund"), new("de", "hund", "en", " DOG "), new("en", " ", "de", "x"), new("en", "dog", "en", "hound")]);
        Assert.Equal([new LexiconEntity("de", "hund")], lexicon.Translations("en", "dog"));
        Assert.Equal((1, 1), (lexicon.EntityCounts["en"], lexicon.EntityCounts["de"]));
    }

    [Fact]
    public void Phrases_are_spelt_with_one_space()
    {
        var lexicon = MultilingualLexicon.Build([new("en", "New \t York", "ru", "Нью-Йорк")]);
        Assert.Single(lexicon.Translations("en", "  new york"));
    }

    [Theory]
    [InlineData("tr", "ISPARTA İZMİR", "ısparta izmir")]
    [InlineData("az", "QIZ", "qız")]
    [InlineData("en", "ISTANBUL", "istanbul")]
    [InlineData("de", "İZMİR STRASSE", "izmir strasse")]
    public void Lower_case_follows_the_language_and_not_the_machine(string language, string text, string expected)
    {
        var culture = CultureInfo.CurrentCulture;
        foreach (var name in (string[])["tr-TR", "en-US"])
        {
            CultureInfo.CurrentCulture = new(name);
            Assert.Equal(expected, MultilingualLexicon.Normalize(text, language));
        }

        CultureInfo.CurrentCulture = culture;
    }

    [Fact]
    public void An_unknown_word_or_language_has_no_translation()
    {
        var lexicon = MultilingualLexicon.Build(_hello);
        Assert.Empty(lexicon.Translations("en", "goodbye"));
        Assert.Empty(lexicon.Translations("xx", "hello"));
    }
}
