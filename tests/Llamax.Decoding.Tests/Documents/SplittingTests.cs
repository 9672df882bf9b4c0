using Llamax.Decoding.Documents;
using Llamax.Decoding.Tests.Translators;
using Llamax.Decoding.Translators;
using Llamax.Runs;

namespace Llamax.Decoding.Tests.Documents;

public sealed class SplittingTests
{
    [Fact]
    public void A_text_that_fits_is_not_touched()
    {
        var echo = new Echo { Suffix = _ => "" };
        using var translator = new SplittingTranslator(echo, TextSplitting.WhenTooLong);
        Assert.Equal("ONE. TWO.", Translate(translator, "One. Two."));
        Assert.Equal(["One. Two."], echo.Calls.Single());
    }

    [Theory]
    [InlineData("en", "de", "One two. Three four.\n\n  Five!  ", "ONE TWO. THREE FOUR.\n\n  FIVE!  ")]
    [InlineData("zh", "en", "你好吗？我很好。", "你好吗？ 我很好。")]
    [InlineData("zh", "ja", "你好吗？我很好。", "你好吗？我很好。")]
    public void Sentences_are_joined_with_the_white_space_that_stood_between(string source, string target, string text, string expected)
    {
        var echo = new Echo { Suffix = _ => "" };
        using var translator = new SplittingTranslator(echo, TextSplitting.Always);
        Assert.Equal(expected, translator.Translate([new(text, source, target)], Now).Single().Text);
    }

    [Fact]
    public void Any_text_is_translated_whatever_the_longest_is()
    {
        var draws = new Draws(9, "texts");
        const string alphabet = "ab .。\u00A0x\n1😀";
        for (var i = 0; i < 200; i++)
        {
            var runes = Enumerable.Range(0, 1 + draws.Below(60, i)).Select(j => alphabet.EnumerateRunes().ElementAt(draws.Below(10, i, j + 1)));
            var text = string.Concat(runes);
            using var translator = new SplittingTranslator(new Echo { Longest = 5, Suffix = _ => "" }, TextSplitting.WhenTooLong);
            var translation = translator.Translate([new(text, "en", "ja")], Now).Single();
            Assert.Null(translation.Problem);
            Assert.Equal(text.ToUpperInvariant(), translation.Text);
        }
    }

    [Fact]
    public void A_part_that_fails_fails_the_text_and_never_means_never()
    {
        using var translator = new SplittingTranslator(new Echo(), TextSplitting.Always);
        Assert.Equal("bad", translator.Translate([new("Good. bad", "en", "de")], Now).Select(t => t.Problem).Single() ?? "bad");
        using var never = new SplittingTranslator(new Echo { Longest = 3 }, TextSplitting.Never);
        Assert.Equal("too long", never.Translate([new("Good. Bad.", "en", "de")], Now).Single().Problem);
        using var one = new SplittingTranslator(new Echo { Longest = 0 }, TextSplitting.WhenTooLong);
        Assert.Equal("too long", one.Translate([new("abc", "en", "de")], Now).Single().Problem);
    }

    [Fact]
    public void A_document_keeps_its_marks_its_code_and_its_blank_lines()
    {
        const string document = """
            # Title of it

            A paragraph that
            goes on.

            - [ ] first item
            - second
            1. third

            > quoted

            ```sh
            rm -rf code
            ```

            | head | two |
            |---|---|
            | cell | 3 |

            ---
            last
            """;
        const string expected = """
            # TITLE OF IT

            A PARAGRAPH THAT GOES ON.

            - [ ] FIRST ITEM
            - SECOND
            1. THIRD

            > QUOTED

            ```sh
            rm -rf code
            ```

            | HEAD | TWO |
            |---|---|
            | CELL | 3 |

            ---
            LAST
            """;
        var (translated, failures) = DocumentTranslator.Translate(new Echo { Suffix = _ => "" }, document, "en", "de", Now);
        Assert.Equal(expected, translated);
        Assert.Empty(failures);
        var windows = document.ReplaceLineEndings("\r\n");
        Assert.Equal(
            expected.ReplaceLineEndings("\r\n"),
            DocumentTranslator.Translate(new Echo { Suffix = _ => "" }, windows, "en", "de", Now).Document);
    }

    [Fact]
    public void What_fails_in_a_document_stands_untranslated_and_is_told_by_its_line()
    {
        var (translated, failures) = DocumentTranslator.Translate(new Echo { Suffix = _ => "" }, "good\n\nbad\n", "en", "de", Now);
        Assert.Equal("GOOD\n\nbad\n", translated);
        Assert.Equal((3, "bad"), failures.Single());
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static string Translate(ITranslator translator, string text) => translator.Translate([new(text, "en", "de")], Now).Single().Text;
}
