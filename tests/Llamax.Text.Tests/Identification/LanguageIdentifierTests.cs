using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Identification;
using Llamax.Text.Languages;
using Llamax.Text.Tests.Tokenization;

namespace Llamax.Text.Tests.Identification;

public sealed class LanguageIdentifierTests
{
    private static readonly Lazy<ILanguageIdentifier> Lid176 = new(() => LanguageIdentifier.Load(LidModels.Lid176));

    [Fact]
    public void Lid_176_judges_85_of_the_102_languages()
    {
        string[] missing = ["ff", "ha", "ig", "kam", "kea", "lg", "ln", "luo", "mi", "ns", "ny", "om", "sn", "umb", "wo", "xh", "zu"];
        Assert.Equal(
            missing.Order(StringComparer.Ordinal),
            LanguageRegistry.All.Where(language => !Lid176.Value.Judges(language)).Select(language => language.Code)
                .Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("__label__de", "de")]
    [InlineData("__label__zh", "zh zhtrad")]
    [InlineData("__label__sh", "bs hr sr")]
    [InlineData("__label__ckb", "ku")]
    [InlineData("__label__ku", "")] // Kurmanji, where a label ckb stands beside it
    [InlineData("__label__nn", "")] // Nynorsk is not what Flores scores
    [InlineData("__label__als", "")] // Alemannic
    public void The_labels_of_lid_176_stand_for_the_languages_of_Flores(string label, string codes) => Assert.Equal(
        codes, string.Join(' ', Lid176.Value.Labels.Single(known => known.Name == label).Languages.Select(language => language.Code)));

    [Fact]
    public void Labels_with_scripts_stand_for_one_language()
    {
        var labels = LabelLanguages.Resolve(
            ["__label__zho_Hans", "__label__zho_Hant", "__label__srp_Latn", "__label__eng_Latn", "ku", "??"]);
        Assert.Equal(
            ["zh", "zhtrad", "", "en", "ku", ""],
            labels.Select(label => string.Join(' ', label.Languages.Select(language => language.Code))));
    }

    [Fact]
    public void A_line_is_judged_only_in_languages_that_the_model_knows()
    {
        var identifier = Lid176.Value;
        var (german, zulu) = (LanguageRegistry.Find("de"), LanguageRegistry.Find("zu"));
        var right = identifier.Judge("Wo ist die Küche?", german);
        Assert.True(right is { IsJudged: true, Probability: > 0.9f });
        Assert.Equal("__label__de", identifier.Labels[right.Best!.Value.Label].Name);
        Assert.True(identifier.Judge("Where is the kitchen, please?", german) is { IsJudged: true, Probability: < 0.1f });
        Assert.False(identifier.Judge("Ikhishi likuphi?", zulu).IsJudged);
        Assert.True(identifier.Judge("這個國家的人民", LanguageRegistry.Find("zhtrad")) is { IsJudged: true, Probability: > 0.5f });
    }

    [Fact]
    public void Most_lines_of_Flores_are_judged_to_be_in_their_language()
    {
        var probabilities = LanguageRegistry.All.Where(Lid176.Value.Judges).Select(language =>
        {
            var lines = TokenizerGoldenTests.Lines(Goldens.DataPath("flores101", "dev", $"{language.Flores101}.dev.gz")).Take(40);
            return lines.Count(line => Lid176.Value.Judge(line, language).Probability > 0.5f) / 40.0;
        });
        Assert.InRange(probabilities.Average(), 0.85, 0.95);
    }

    [Fact]
    public async Task Many_threads_get_the_same_answers()
    {
        var identifier = Lid176.Value;
        var draws = new Draws(5, "identification");
        var texts = Enumerable.Range(0, 300).Select(item => Vocabularies.RandomText(draws, item)).ToList();
        var expected = texts.ConvertAll(Answer);
        foreach (var actual in await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => texts.ConvertAll(Answer)))))
            Assert.Equal(expected, actual);

        string Answer(string text)
        {
            var best = new LabelProbability[4];
            return string.Join(' ', best.Take(identifier.Identify(text, best)));
        }
    }

    [Theory]
    [MemberData(nameof(LidModels.WithGoldens), MemberType = typeof(LidModels))]
    public void After_the_first_lines_nothing_is_allocated(string model)
    {
        var identifier = LanguageIdentifier.Load(LidModels.Find(model));
        var best = new LabelProbability[5];
        for (var i = 0; i < 3; i++)
            Judge();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Judge();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Judge()
        {
            identifier.Identify("Dort steht ein großer Baum, und शुभ सकाल.", best);
            identifier.Identify("", best);
        }
    }

    [Fact]
    public void Only_the_first_line_counts_and_the_wanted_number_may_exceed_the_labels()
    {
        var identifier = LanguageIdentifier.Load(LidModels.Find("tiny-softmax-subword.bin"));
        var (one, two) = (new LabelProbability[50], new LabelProbability[50]);
        Assert.Equal(10, identifier.Identify("good morning", one));
        Assert.Equal(10, identifier.Identify("good morning\nguten Morgen", two));
        Assert.Equal(one, two);
        Assert.Equal(1, one.Take(10).Sum(label => label.Probability), 0.001);
        Assert.Equal(0, identifier.Identify("good morning", []));
    }

    [Fact]
    public void A_line_of_ten_megabytes_is_judged()
    {
        var line = string.Concat(Enumerable.Repeat("ঝড়ের পরে নদী শান্ত ", 500_000));
        var best = new LabelProbability[1];
        Assert.Equal(1, Lid176.Value.Identify(line, best));
        Assert.Equal("__label__bn", Lid176.Value.Labels[best[0].Label].Name);
    }

    [Fact]
    public void What_is_no_classifier_is_refused_by_name()
    {
        using var folder = new TemporaryFolder();
        Refused(folder["nowhere.ftz"], "no such file");
        Refused(folder.Write("text.bin", "hello, world"), "it does not begin like one");
        var content = File.ReadAllBytes(LidModels.Find("tiny-hs.bin"));
        content[8 + 4 * 7] = 1;
        Refused(folder.Write("vectors.bin", content), "it holds word vectors, not a classifier");
        content[4] = 13;
        Refused(folder.Write("newer.bin", content), "the version of the format = 13, expected 11 to 12");

        static void Refused(string path, string what)
        {
            var problem = Assert.Throws<RequestException>(() => LanguageIdentifier.Load(path));
            Assert.Equal(path, problem.Where);
            Assert.Contains(what, problem.What, StringComparison.Ordinal);
            Assert.NotEmpty(problem.Mend);
        }
    }
}
