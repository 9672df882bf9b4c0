using Llamax.Corpus.Lexicons;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Lexicons;

public sealed class LexiconHopsTests
{
    private static readonly LexiconEntry[] _papers =
        [new("en", "dog", "fr", "chien"), new("fr", "chien", "de", "Hund"), new("en", "hound", "fr", "chien"),
            new("de", "Hund", "es", "perro")];

    [Fact]
    public void Two_hops_reach_the_entries_of_the_entries_through_a_pivot_as_in_table_11()
    {
        using var one = MultilingualLexicon.Build(_papers);
        using var two = MultilingualLexicon.Build(_papers, new() { Hops = 2, Pivots = ["fr"] });
        Assert.Equal(["chien_fr"], Translations(one, "en", "dog"));
        Assert.Equal(["hund_de", "chien_fr"], Translations(two, "en", "dog"));
        Assert.Equal(one.EntityCounts.OrderBy(count => count.Key), two.EntityCounts.OrderBy(count => count.Key));
    }

    [Fact]
    public void Only_words_of_a_pivot_stand_in_the_middle_and_there_is_no_third_hop()
    {
        using var through = MultilingualLexicon.Build(_papers, new() { Hops = 2, Pivots = ["de"] });
        Assert.Equal(["chien_fr"], Translations(through, "en", "dog"));
        Assert.Equal(["hund_de", "dog_en", "hound_en", "perro_es"], Translations(through, "fr", "chien"));
    }

    [Fact]
    public void A_synonym_in_the_words_own_language_is_no_translation()
    {
        using var lexicon = MultilingualLexicon.Build(_papers, new() { Hops = 2, Pivots = ["fr", "en"] });
        Assert.DoesNotContain("hound_en", Translations(lexicon, "en", "dog"));
    }

    [Fact]
    public void A_translation_that_both_ways_reach_counts_once()
    {
        using var lexicon = MultilingualLexicon.Build(
            [new("en", "a", "fr", "b"), new("en", "a", "de", "c"), new("en", "d", "fr", "b"), new("en", "d", "de", "c"),
                new("fr", "b", "de", "c")],
            new() { Hops = 2 });
        Assert.Equal(["c_de", "a_en", "d_en"], Translations(lexicon, "fr", "b"));
        var hops = lexicon.Hops;
        Assert.Equal((2, "en"), (hops.Hops, Assert.Single(hops.Pivots)));
    }

    [Fact]
    public void Impossible_hops_are_refused()
    {
        Assert.Throws<RequestException>(() => MultilingualLexicon.Build([], new() { Hops = 3 }));
        Assert.Throws<RequestException>(() => MultilingualLexicon.Build([], new() { Hops = 2, Pivots = [] }));
    }

    private static IEnumerable<string> Translations(MultilingualLexicon lexicon, string language, string text) =>
        lexicon.Translations(language, text).Select(entity => entity.ToString());
}
