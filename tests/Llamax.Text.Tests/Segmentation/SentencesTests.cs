using Llamax.Runs;
using Llamax.Text.Segmentation;

namespace Llamax.Text.Tests.Segmentation;

public sealed class SentencesTests
{
    [Theory]
    [InlineData("One. Two! Three? Four… Five", "One.|Two!|Three?|Four…|Five")]
    [InlineData("He said: \"Go!\" and left. \"Why?\" Nobody knew.", "He said: \"Go!\" and left.|\"Why?\"|Nobody knew.")]
    [InlineData("Dr. Smith met J. R. Ewing at 3.5 p.m. in the U.S. city.", "Dr. Smith met J. R. Ewing at 3.5 p.m. in the U.S. city.")]
    [InlineData("Am 3. Oktober kam Hr. Müller, z.B. mit der Bahn. Gut.", "Am 3. Oktober kam Hr. Müller, z.B. mit der Bahn.|Gut.")]
    [InlineData("1. First. 2. Second.", "1. First.|2. Second.")]
    [InlineData("Really?! Yes... no. End.", "Really?!|Yes... no.|End.")]
    [InlineData("Was it I. Yes", "Was it I.|Yes")]
    [InlineData("今日は。元気ですか？「はい。」と言った", "今日は。|元気ですか？|「はい。」|と言った")]
    [InlineData("你好！我很好。", "你好！|我很好。")]
    [InlineData("यह एक है। यह दो है॥ तीन", "यह एक है।|यह दो है॥|तीन")]
    [InlineData("هل هذا؟ نعم۔ لا", "هل هذا؟|نعم۔|لا")]
    [InlineData("Սա մեկ է։ Երկու։", "Սա մեկ է։|Երկու։")]
    [InlineData("ይህ ነው። ሁለት ነው፧", "ይህ ነው።|ሁለት ነው፧")]
    [InlineData("នេះ។ ពីរ៕", "នេះ។|ពីរ៕")]
    [InlineData("သည်။ ဒုတိယ။", "သည်။|ဒုတိယ။")]
    [InlineData("Τι είναι\u037E Αυτό.", "Τι είναι\u037E|Αυτό.")]
    [InlineData("Первое. Второе, т.е. другое.", "Первое.|Второе, т.е. другое.")]
    [InlineData("A heading\n\nA paragraph", "A heading|A paragraph")]
    [InlineData("one line\nthe next", "one line\nthe next")]
    [InlineData("  spaced.  \n", "spaced.")]
    [InlineData(" \t\n", "")]
    [InlineData("", "")]
    public void Sentences_end_where_their_script_ends_them(string text, string expected) =>
        Assert.Equal(expected, string.Join('|', Sentences.Split(text).Select(range => text[range])));

    [Fact]
    public void Between_sentences_of_any_text_lies_nothing_but_white_space()
    {
        var draws = new Draws(3, "texts");
        const string letters = "aB.!?。।۔ \n\u00A0\"”)1\u037E😀\uD800";
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, draws.Below(30, i)).Select(j => letters[draws.Below(letters.Length, i, j + 1)]));
            var last = 0;
            foreach (var range in Sentences.Split(text))
            {
                var (start, length) = range.GetOffsetAndLength(text.Length);
                Assert.True(string.IsNullOrWhiteSpace(text[last..start]), text);
                Assert.Equal(text[range].Trim(), text[range]);
                Assert.NotEqual(0, length);
                last = start + length;
            }

            Assert.True(string.IsNullOrWhiteSpace(text[last..]), text);
        }
    }
}
