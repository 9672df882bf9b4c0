using Llamax.Corpus.Augmentation;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Augmentation;

public sealed class CodeSwitcherTests
{
    private static readonly CodeSwitchOptions _always =
        new() { ReplacementRate = 1, LongestPhrase = 3, Division = WordDivision.LongestMatch };

    private static readonly MultilingualLexicon _lexicon = MultilingualLexicon.Build(
    [
        new("en", "dog", "de", "Hund"), new("en", "dog", "fr", "chien"), new("en", "big", "zh", "大"),
        new("en", "new york", "ru", "Нью-Йорк"),
        new("en", "york", "fr", "yorque"), new("en", "new", "fr", "nouveau"), new("en", "st. john", "es", "san juan"),
        new("zh", "北京", "en", "Beijing"), new("zh", "北", "en", "north"), new("zh", "我", "ja", "私"), new("zh", "in", "de", "drin"),
        new("th", "กา", "en", "crow"), new("th", "ก", "en", "ko kai"),
    ]);

    [Fact]
    public void A_word_is_replaced_by_a_word_of_another_language()
    {
        var switched = Switch("The DOG barks.", "en");
        Assert.Contains(switched.Text, (string[])["the hund barks.", "the chien barks."]);
        Assert.Equal((1, 1), (switched.KnownWords, switched.ReplacedWords));
    }

    [Fact]
    public void The_sentence_is_lower_cased_even_where_nothing_is_known() =>
        Assert.Equal(new CodeSwitched("nothing known here", 0, 0), Switch("Nothing  KNOWN here", "en"));

    [Fact]
    public void Punctuation_at_the_edge_of_a_word_stays_in_its_place() =>
        Assert.Equal("\"大!\" … 大, 大-ish",
            Switch("\"Big!\" … big, BIG-ish", "en").Text.Replace("big-ish", "大-ish", StringComparison.Ordinal));

    [Fact]
    public void The_longest_phrase_wins()
    {
        Assert.Equal("in нью-йорк.", Switch("In New York.", "en").Text);
        Assert.Equal("in nouveau yorque.", Switch("In New York.", "en", _always with { LongestPhrase = 1 }).Text);
        Assert.Equal("nouveau, yorque", Switch("new, York", "en").Text);
        Assert.Equal("(san juan)", Switch("(St. John)", "en").Text);
    }

    [Fact]
    public void Languages_without_spaces_are_divided_by_longest_match()
    {
        Assert.Equal("私在 beijing 。", Spaced(Switch("我在北京。", "zh").Text));
        Assert.Equal("beijing 2024年", Switch("北京2024年", "zh").Text);
        // No match inside a foreign word, nor before a combining mark.
        Assert.Equal("berlin", Switch("Berlin", "zh").Text);
        Assert.Equal("crow", Switch("กา", "th").Text);
        Assert.Equal("ก็", Switch("ก็", "th").Text);

        static string Spaced(string text) => text.Replace("。", " 。", StringComparison.Ordinal);
    }

    [Fact]
    public void The_paper_divides_Chinese_by_jieba_and_everything_else_at_spaces()
    {
        var paper = _always with { Division = WordDivision.Paper };
        // 北京大学 is one word for jieba, so that 北京 in it is none; 我 and 在 stand alone.
        Assert.Equal("私在北京大学", Switch("我在北京大学", "zh", paper).Text);
        Assert.Equal("私在 beijing", Switch("我在北京", "zh", paper).Text);
        Assert.Equal("กามา crow", Switch("กามา กา", "th", paper).Text);
    }

    [Fact]
    public void Dictionaries_divide_Thai_where_the_option_asks_for_them()
    {
        var lexicon = MultilingualLexicon.Build([new("th", "ภาษา", "en", "language"), new("th", "ไทย", "fr", "thaï")]);
        var options = _always with { Division = WordDivision.Dictionaries };
        Assert.Equal("language thaï", new CodeSwitcher(lexicon, options).Switch("ภาษาไทย", "th", new Draws(1, "t"), 0).Text);
        Assert.Equal("ภาษาไทย",
            new CodeSwitcher(lexicon, options with { Division = WordDivision.Paper }).Switch("ภาษาไทย", "th", new Draws(1, "t"), 0).Text);
    }

    [Fact]
    public void Case_is_kept_where_the_option_asks_for_it()
    {
        var lexicon = MultilingualLexicon.Build([new("en", "dog", "de", "Hund"), new("en", "new york", "tr", "istanbul")]);
        string Kept(string sentence) =>
            new CodeSwitcher(lexicon, _always with { KeepCase = true }).Switch(sentence, "en", new Draws(1, "t"), 0).Text;
        Assert.Equal("Hund, the \"HUND\" or hund in McLean", Kept("Dog, the \"DOG\" or dog in  McLean"));
        Assert.Equal("İstanbul İSTANBUL istanbul", Kept("New York NEW YORK new york"));
    }

    [Fact]
    public void Languages_that_the_lexicon_lacks_are_refused_as_replacements()
    {
        Assert.Contains("no entity of sw", Assert.Throws<RequestException>(
            () => new CodeSwitcher(_lexicon, new() { Languages = ["swa"] })).Message, StringComparison.Ordinal);
        Assert.Contains("languages = nowhere", Assert.Throws<RequestException>(
            () => new CodeSwitcher(_lexicon, new() { Languages = ["nowhere"] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_language_that_the_lexicon_offers_is_drawn_evenly()
    {
        var lexicon = MultilingualLexicon.Build(
            [new("en", "a", "de", "d1"), new("en", "a", "de", "d2"), new("en", "a", "de", "d3"), new("en", "a", "fr", "f1"),
             new("en", "a", "zh", "z1")]);
        var switcher = new CodeSwitcher(lexicon, _always);
        var drawn = Enumerable.Range(0, 6000).Select(item => switcher.Switch("a", "en", new Draws(1, "t"), item).Text)
            .CountBy(text => text).ToDictionary();
        Assert.InRange(drawn["f1"], 1850, 2150);
        Assert.InRange(drawn["z1"], 1850, 2150);
        Assert.All(["d1", "d2", "d3"], word => Assert.InRange(drawn[word], 570, 770));
    }

    [Fact]
    public void The_rate_is_kept_and_the_draws_alone_decide()
    {
        var switcher = new CodeSwitcher(_lexicon, new());
        var sentence = string.Join(' ', Enumerable.Repeat("dog", 20));
        var switched = Enumerable.Range(0, 500).Select(item => switcher.Switch(sentence, "en", new Draws(7, "t"), item)).ToList();
        Assert.InRange(switched.Sum(one => one.ReplacedWords) / (double)switched.Sum(one => one.KnownWords), 0.28, 0.32);
        Assert.Equal(switched,
            Enumerable.Range(0, 500).Reverse().Select(item => switcher.Switch(sentence, "en", new Draws(7, "t"), item)).Reverse());
        Assert.NotEqual(switched, Enumerable.Range(0, 500).Select(item => switcher.Switch(sentence, "en", new Draws(8, "t"), item)));
    }

    [Fact]
    public void At_rate_zero_nothing_is_replaced() =>
        Assert.Equal(new CodeSwitched("big dog", 2, 0), Switch("big dog", "en", new() { ReplacementRate = 0 }));

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    public void An_empty_sentence_stays_empty(string sentence)
    {
        Assert.Equal("", Switch(sentence, "en").Text);
        Assert.Equal(sentence, Switch(sentence, "zh").Text);
    }

    [Theory]
    [InlineData(1.5, 3)]
    [InlineData(double.NaN, 3)]
    [InlineData(0.3, 0)]
    public void Options_that_break_their_rules_are_refused(double rate, int phrase) =>
        Assert.Throws<RequestException>(() => new CodeSwitcher(_lexicon, new() { ReplacementRate = rate, LongestPhrase = phrase }));

    private static CodeSwitched Switch(string sentence, string language, CodeSwitchOptions? options = null) =>
        new CodeSwitcher(_lexicon, options ?? _always).Switch(sentence, language, new Draws(1, "test"), 0);
}
