using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;
using Llamax.Text.Segmentation;
using Llamax.Text.Tests.Tokenization;

namespace Llamax.Text.Tests.Segmentation;

public sealed class WordSegmenterTests
{
    private static readonly string[] Unspaced = ["zh", "zhtrad", "ja", "th", "lo", "km", "my"];

    /// <summary>What the Python program cuts (golden/tokenizers/jieba-default-hmm and its like).</summary>
    [Theory]
    [MemberData(nameof(JiebaGoldens))]
    [Trait("Category", "Golden")]
    public void Chinese_is_cut_as_jieba_cuts_it(string name)
    {
        foreach (var line in TokenizerGoldenTests.ReadLines(Goldens.GoldenPath("tokenizers", name)))
        {
            var words = line.GetProperty("words").EnumerateArray().Select(word => word.GetString());
            Assert.Equal(words, Of("zh").Segment(line.GetProperty("text").GetString()!));
        }
    }

    [Theory]
    [InlineData("th", "ฉันรักภาษาไทย", "ฉัน รัก ภาษา ไทย")]
    [InlineData("ja", "東京は大きい都市です。", "東京 は 大きい 都市 です 。")]
    [InlineData("lo", "ຂ້ອຍຮັກພາສາລາວ", "ຂ້ອຍ ຮັກ ພາສາ ລາວ")]
    [InlineData("km", "ខ្ញុំស្រលាញ់ភាសាខ្មែរ", "ខ្ញុំ ស្រលាញ់ ភាសា")]
    [InlineData("my", "ကျွန်တော်မြန်မာစာဖတ်သည်", "ကျွန်တော် မြန်မာ စာ")]
    public void Languages_without_spaces_are_cut_by_dictionary(string code, string text, string words) =>
        Assert.StartsWith(words, string.Join(' ', Of(code).Segment(text)), StringComparison.Ordinal);

    [Fact]
    public void Other_languages_are_cut_at_spaces()
    {
        Assert.Equal(["  ", "Guten", " ", "Tag,", "  ", "Welt!", " "], Of("de").Segment("  Guten Tag,  Welt! "));
        Assert.Empty(Of("vi").Segment(""));
        Assert.Equal("spaces", Of("ko").Name);
    }

    [Fact]
    public void Parts_joined_are_the_text_whatever_it_is()
    {
        var draws = new Draws(3, "segmentation");
        foreach (var code in Unspaced.Append("en"))
        {
            var segmenter = Of(code);
            for (var item = 0; item < 300; item++)
            {
                var text = Vocabularies.RandomText(draws, item) + (item % 7 == 0 ? "\uD800" : "");
                var parts = segmenter.Segment(text);
                Assert.Equal(text, string.Concat(parts));
                Assert.DoesNotContain("", parts);
            }
        }
    }

    [Fact]
    public void Sentences_without_spaces_have_many_words()
    {
        foreach (var code in Unspaced)
        {
            var language = LanguageRegistry.Find(code);
            var lines = TokenizerGoldenTests.Lines(Goldens.DataPath("flores101", "dev", $"{language.Flores101}.dev.gz")).Take(30);
            Assert.All(lines, line => Assert.InRange(Of(code).Segment(line).Count, line.Length / 10, line.Length));
        }
    }

    [Fact]
    public async Task Many_threads_cut_alike()
    {
        foreach (var code in new[] { "zh", "th" })
        {
            var language = LanguageRegistry.Find(code);
            var lines = TokenizerGoldenTests.Lines(Goldens.DataPath("flores101", "dev", $"{language.Flores101}.dev.gz"))[..60];
            var expected = lines.Select(Of(code).Segment).ToList();
            var runs = Enumerable.Range(0, 4).Select(_ => Task.Run(() => lines.Select(Of(code).Segment).ToList()));
            foreach (var actual in await Task.WhenAll(runs))
                Assert.Equal(expected, actual);
        }
    }

    public static IReadOnlyCollection<ITheoryDataRow> JiebaGoldens()
    {
        var data = new TheoryData<string>();
        foreach (var file in Goldens.Files("tokenizers", "jieba-*.jsonl.gz"))
            data.Add(Path.GetFileName(file));
        return Goldens.Cases(data);
    }

    private static IWordSegmenter Of(string code) => WordSegmenters.For(LanguageRegistry.Find(code));
}
