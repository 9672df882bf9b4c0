using System.IO.Compression;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Text.Tests.Languages;

public sealed class ScriptDetectorTests
{
    [Fact]
    public void Flores_lines_are_in_the_script_of_their_language()
    {
        foreach (var language in LanguageRegistry.All)
        {
            var lines = Lines(Goldens.DataPath("flores101", "dev", $"{language.Flores101}.dev.gz"));
            var right = lines.Count(line => ScriptDetector.Dominant(line) == language.Script);
            Assert.True(right >= 0.99 * lines.Count, $"{language}: {right} of {lines.Count} lines are in {language.Script}");
            var share = lines.Average(line => ScriptDetector.ShareOf(line, language.Script));
            Assert.True(share > 0.9, $"{language}: {share:P1} of the letters are in {language.Script}");
        }
    }

    [Theory]
    [InlineData("The 3 cats — «кот»", "Latn")]
    [InlineData("東京は大きい", "Jpan")]
    [InlineData("カタカナ", "Jpan")]
    [InlineData("大韓民國의 서울", "Hang")]
    [InlineData("这个国家", "Hans")]
    [InlineData("這個國家", "Hant")]
    [InlineData("山水", "Hani")]
    [InlineData("𞤆𞤵𞤤𞤢𞤪", "Zzzz")]
    [InlineData("e\u0301\u0301\u0301\u0301 я", "Latn")]
    [InlineData("12 + 30 = 42!", null)]
    [InlineData("", null)]
    public void The_dominant_script_is_that_of_most_letters(string text, string? script) =>
        Assert.Equal(script, ScriptDetector.Dominant(text));

    [Fact]
    public void Shares_count_letters_alone_and_unions_hold_their_parts()
    {
        Assert.Equal(0.5, ScriptDetector.ShareOf("ab, 12: яж", "Cyrl"));
        Assert.Equal(1, ScriptDetector.ShareOf("東京タワー", "Jpan"));
        Assert.Equal(0, ScriptDetector.ShareOf("2024", "Latn"));
        Assert.Equal(0.5, ScriptDetector.ShareOf("這个", "Hant"));
        Assert.Throws<ArgumentException>(() => ScriptDetector.ShareOf("a", "Xyzz"));
    }

    private static List<string> Lines(string path)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        List<string> lines = [];
        while (reader.ReadLine() is { } line)
            lines.Add(line);
        return lines;
    }
}
