using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Cleaning;

public sealed class FilterTests
{
    private const string Good = "The committee met twice in the capital.";

    [Theory]
    [InlineData("broken \uFFFD sign", "invalidCharacters")]
    [InlineData("half a pair \uD83D", "invalidCharacters")]
    [InlineData("no character \uFDD0", "invalidCharacters")]
    [InlineData("a private one \uE000 here", "invalidCharacters")]
    [InlineData("", "empty")]
    [InlineData("  \u00A0\t ", "empty")]
    [InlineData("... !!! \uD83D\uDE00", "empty")]
    [InlineData("a , b ; c . d ! e ?", "mostPunctuation")]
    [InlineData("a + b = c $ d", "mostSymbols")]
    [InlineData("Chapter one ............ page seven", "mostSameCharacters")]
    [InlineData("he said that he said that he said that he said that", "mostRepeated")]
    [InlineData("<p>The committee</p> <b>met</b>", "mostMarkup")]
    [InlineData("The&nbsp;committee&#160;met&amp;voted", "mostMarkup")]
    [InlineData("see https://example.org/a/long/path/of/a/page", "mostUrl")]
    [InlineData("see WWW.EXAMPLE.ORG/A/LONG/PATH/OF/A/PAGE", "mostUrl")]
    [InlineData("Комитет собрался в столице", "leastScript")]
    public void A_damaged_line_is_dropped_for_its_reason(string text, string reason) => Assert.Equal(reason, OfLine(text).Reason);

    [Theory]
    [InlineData("Yes.")]
    [InlineData("7")]
    [InlineData("He met 𝔄nna \uD83D\uDE00 in the old town.")]
    [InlineData("a < b, but c > d holds as well; R&D; Q&A")]
    [InlineData("The film \"Брат\" came out in 1997.")]
    [InlineData(Good)]
    public void A_good_line_stays_as_it_is(string text)
    {
        var counts = new PartCounts();
        Assert.Equal(text, Cleaner(null).Judge(new(text, "", "f:1"), counts).Kept?.Source);
        Assert.Empty(counts.All);
    }

    [Theory]
    [InlineData("cafe\u0301 a\u0323\u0302", "café ậ", "unicode")]
    [InlineData("  two\u00A0\u2003words\u3000", "two words", "whitespace")]
    [InlineData("\uFEFFso\u00ADft\u200B he\u0007re\u200F", "soft here", "invisibleCharacters")]
    public void A_line_is_mended_and_the_mending_counted(string text, string mended, string filter)
    {
        var counts = new PartCounts();
        Assert.Equal(mended, Cleaner(null).Judge(new(text, "", "f:1"), counts).Kept?.Source);
        Assert.Equal(1, counts.All[$"changed.{filter}"]);
    }

    [Fact]
    public void Joiners_that_persian_and_indic_words_need_stay() =>
        Assert.Equal("می\u200Cروم", Cleaner(null, "fa").Judge(new("می\u200Cروم", "", "f:1"), new()).Kept?.Source);

    [Fact]
    public void Compatibility_characters_become_plain_ones_only_where_asked()
    {
        const string Text = "The ﬁne ２ m² ½ room";
        Assert.Equal(Text, OfLine(Text).Kept?.Source);
        Assert.Equal("The fine 2 m2 1⁄2 room", OfLine(Text, new() { Unicode = UnicodeForm.Nfkc }).Kept?.Source);
    }

    [Theory]
    [InlineData(Good, "THE COMMITTEE: met twice, in the capital", "copyOfSource")]
    [InlineData(Good, "Der Ausschuss trat zweimal in der Hauptstadt zusammen, und zwar in Anwesenheit aller seiner Mitglieder, die aus "
        + "sämtlichen Bezirken des Landes in mehreren Zügen angereist waren.", "mostLengthRatio")]
    [InlineData("It cost 1,250 euros in 1997.", "Es kostete 38 Franken im Jahr 2046.", "leastNumerals")]
    public void A_pair_that_does_not_fit_is_dropped_for_its_reason(string source, string target, string reason) =>
        Assert.Equal(reason, OfPair(source, target).Reason);

    [Theory]
    [InlineData(Good, "Der Ausschuss trat zweimal in der Hauptstadt zusammen.")]
    [InlineData("Yes", "Ja, gewiss")]
    [InlineData("It cost 1,250 euros.", "Es kostete 1.250 Euro.")]
    [InlineData("He has 3 sons.", "Er hat drei Söhne.")]
    public void A_pair_that_fits_is_kept(string source, string target) => Assert.Null(OfPair(source, target).Reason);

    [Fact]
    public void Digits_of_other_scripts_are_digits() =>
        Assert.Null(new PairCleaner(new(), Find("en"), Find("bn"), isParallel: true)
            .Judge(new("It cost 1,250 in 1997.", "১৯৯৭ সালে এর দাম ছিল ১,২৫০।", "f:1"), new()).Reason);

    [Fact]
    public void Ideographs_stand_for_several_letters()
    {
        var cleaner = new PairCleaner(new(), Find("en"), Find("zh"), isParallel: true);
        Assert.Null(cleaner.Judge(new("The committee met twice in the capital during the last week of the month.", "委员会在月末最后一周两次在首都开会。",
            "f:1"), new()).Reason);
        Assert.Equal("mostLengthRatio", cleaner.Judge(new("The committee met twice in the capital during the last week of the month.",
            "委员会", "f:1"), new()).Reason);
    }

    [Fact]
    public void A_language_without_spaces_has_no_word_limits()
    {
        var options = new CleaningOptions { Limits = new() { LeastWords = 4 } };
        Assert.Null(Cleaner(options, "th").Judge(new("คณะกรรมการประชุมสองครั้งในเมืองหลวง", "", "f:1"), new()).Reason);
        Assert.Equal("leastWords", Cleaner(options).Judge(new("only three words", "", "f:1"), new()).Reason);
    }

    [Fact]
    public void A_language_may_have_limits_of_its_own_under_any_of_its_codes()
    {
        var options = new CleaningOptions
        {
            Limits = new() { MostCharacters = 20 },
            Languages = new Dictionary<string, CleaningLimits> { ["deu_Latn"] = new() { MostCharacters = 60 } },
        };
        Assert.Equal("mostCharacters", OfLine(Good, options).Reason);
        Assert.Null(Cleaner(options, "de").Judge(new("Der Ausschuss trat zweimal zusammen.", "", "f:1"), new()).Reason);
        Assert.Equal(0.3, options.LimitsOf(Find("de")).MostPunctuation);
    }

    [Fact]
    public void Wrong_thresholds_are_all_named_at_once()
    {
        var options = new CleaningOptions
        {
            Limits = new() { LeastScript = 50, MostWords = 0, MostTokens = 100, MostLengthRatio = 0.5 },
            Languages = new Dictionary<string, CleaningLimits> { ["xx"] = new(), ["de"] = new(), ["deu"] = new() { MostUrl = -1 } },
        };
        var message = Assert.Throws<RequestException>(() => new PairCleaner(options, null, null, true)).Message;
        string[] names = ["limits.leastScript", "limits.mostWords", "limits.mostLengthRatio", "tokenizer", "languages.xx",
            "languages.deu.mostUrl"];
        Assert.All(names.Append("is the same language as de"), name => Assert.Contains(name, message, StringComparison.Ordinal));
    }

    [Fact]
    public void Any_text_gets_a_verdict_and_what_is_kept_stays_kept_unchanged()
    {
        var draws = new Draws(7, "any text");
        int[] alphabet = [' ', '\t', '<', '>', '&', ';', 'a', 'é', '0', '٣', 'ก', '中', '한', 0x0301, 0x200B, 0xFEFF, 0xD83D, 0xDE00, 0xFFFD,
            '.', 'w'];
        var cleaner = new PairCleaner(new() { Unicode = UnicodeForm.Nfkc }, Find("en"), Find("zh"), isParallel: true);
        var kept = 0;
        for (var item = 0; item < 3000; item++)
        {
            if (cleaner.Judge(new(Text(item, 0), Text(item, 1000), "f:1"), new()).Kept is not { } pair)
                continue;
            kept++;
            var counts = new PartCounts();
            Assert.Equal(pair, cleaner.Judge(pair, counts).Kept);
            Assert.Empty(counts.All);
        }

        Assert.InRange(kept, 1, 2999);

        string Text(int item, int draw) => string.Concat(Enumerable.Range(0, draws.Below(40, item, draw))
            .Select(place => (char)alphabet[draws.Below(alphabet.Length, item, draw + 1 + place)]));
    }

    private static StepVerdict OfLine(string text, CleaningOptions? options = null) => Cleaner(options).Judge(new(text, "", "f:1"), new());

    private static StepVerdict OfPair(string source, string target) =>
        new PairCleaner(new(), Find("en"), Find("de"), isParallel: true).Judge(new(source, target, "f:1"), new());

    private static PairCleaner Cleaner(CleaningOptions? options, string language = "en") =>
        new(options ?? new(), Find(language), null, isParallel: false);

    private static Language Find(string code) => LanguageRegistry.Find(code);
}
