using System.Globalization;
using Llamax.Metrics.Bleu;
using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Metrics.Chrf;
using Llamax.Runs;

namespace Llamax.Metrics.Tests;

public sealed class MetricScoreTests
{
    [Fact]
    public void A_text_scored_against_itself_gets_100()
    {
        string[] text = ["The quick brown fox jumps over the lazy dog.", "Ein zweiter Satz, mit Komma!"];
        Assert.Equal(100, new BleuMetric().CorpusScore(text, text).Score, 9);
        Assert.Equal(100, new ChrfMetric(new() { WordOrder = 2 }).CorpusScore(text, text).Score, 9);
    }

    [Fact]
    public void The_corpus_score_comes_from_the_sum_of_the_segment_statistics()
    {
        string[] hypotheses = ["a b c d e", "the cat sat there", ""];
        string[] references = ["a b c e d", "the cat sat down", "something"];
        foreach (IMetric metric in new IMetric[] { new BleuMetric(), new ChrfMetric() })
        {
            var (sum, segment) = (new double[metric.StatisticsWidth], new double[metric.StatisticsWidth]);
            for (var i = 0; i < hypotheses.Length; i++)
            {
                metric.Measure(hypotheses[i], [references[i]], segment);
                for (var j = 0; j < sum.Length; j++)
                    sum[j] += segment[j];
            }

            Assert.Equal(metric.Score(sum, 1).Score, metric.CorpusScore(hypotheses, references).Score);
        }
    }

    [Fact]
    public void Decimals_are_rounded_as_C_rounds_them()
    {
        Assert.Equal("81.2", MetricScore.Fixed(81.25, 1));
        Assert.Equal("88.8", MetricScore.Fixed(88.75, 1));
        Assert.Equal("0.12", MetricScore.Fixed(0.125, 2));
        Assert.Equal("0.38", MetricScore.Fixed(0.375, 2));
        Assert.Equal("0.28", MetricScore.Fixed(0.285, 2)); // the double lies below 0.285
        Assert.Equal("0.062", MetricScore.Fixed(0.0625, 3));
        Assert.Equal("0.00", MetricScore.Fixed(0, 2));
        Assert.Equal("100.00", MetricScore.Fixed(100, 2));
    }

    [Fact]
    public void Json_has_the_keys_of_sacrebleu_and_the_numbers_behind_the_score()
    {
        var json = new BleuMetric().CorpusScore(["the cat sat on the mat"], ["the cat sat on a mat"]).ToJson();
        Assert.Equal(
            ["name", "score", "signature", "verbose_score", "nrefs", "case", "eff", "tok", "smooth", "version",
                "counts", "totals", "precisions", "bp", "sys_len", "ref_len"],
            json.Select(m => m.Key));
        Assert.Equal("[5,3,2,1]", json["counts"]!.ToJsonString());
        Assert.Equal("83.3/60.0/50.0/33.3 (BP = 1.000 ratio = 1.000 hyp_len = 6 ref_len = 6)", json["verbose_score"]!.GetValue<string>());

        var chrf = new ChrfMetric().CorpusScore(["the cat"], ["the cat"]);
        Assert.Equal("chrF2 = 100.00", chrf.ToString());
        Assert.Equal("chrF2|nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:2.6.0 = 100.00", chrf.ToSignedString());
        Assert.DoesNotContain("verbose_score", chrf.ToJson().Select(m => m.Key));
    }

    [Fact]
    public void Scores_do_not_depend_on_the_culture_of_the_machine()
    {
        var culture = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            var metric = new BleuMetric(new() { Lowercase = true, Smoothing = BleuSmoothing.Floor });
            var score = metric.CorpusScore(["I THINK it is"], ["i think IT WAS"]);
            Assert.StartsWith("75.0/66.7/50.0/10.0 (BP = 1.000", score.Verbose, StringComparison.Ordinal);
            Assert.Contains("floor[0.10]", score.Signature);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Theory]
    [InlineData("ΟΔΟΣ ΣΟΦΟΣ.", "οδος σοφος.")]
    [InlineData("ΑΣ'Α Σ", "ασ'α σ")]
    [InlineData("İSTANBUL ẞ 𐐀", "i̇stanbul ß 𐐨")]
    public void Lower_case_is_Unicodes_full_mapping(string text, string expected) => Assert.Equal(expected, Lowercase.Of(text));

    [Fact]
    public void Unpaired_surrogates_are_characters_of_their_own()
    {
        var score = new ChrfMetric(new() { Lowercase = true, WordOrder = 2 }).CorpusScore(["a\uD800b \uDC00"], ["a\uD800b \uDC00"]);
        Assert.Equal(100, score.Score, 9);
        foreach (var name in BleuTokenizers.Names)
            new BleuMetric(new() { Tokenizer = BleuTokenizers.ByName(name) }).CorpusScore(["a\uD800b \uDC00."], ["a\uD800b \uDC00."]);
    }

    [Fact]
    public void References_of_another_length_are_refused_with_both_numbers()
    {
        var error = Assert.Throws<RequestException>(() => new BleuMetric().CorpusScore(["a", "b"], ["a", "b"], ["a"]));
        Assert.Equal(
            "reference 2: 1 lines found, 2 expected as in the hypotheses. To mend it: give files whose lines belong together.",
            error.Message);
    }

    [Fact]
    public void A_line_without_any_reference_is_refused_by_its_number()
    {
        var error = Assert.Throws<RequestException>(() => new ChrfMetric().CorpusScore(["a", "b"], [["a", null]]));
        Assert.StartsWith("line 2: no reference.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_that_break_their_rules_are_all_named()
    {
        var bleu = Assert.Throws<RequestException>(() => new BleuMetric(new() { MaxOrder = 7, SmoothingValue = -1 }));
        Assert.Contains("maxOrder = 7", bleu.Message);
        Assert.Contains("smoothingValue = -1: must be 0 or more", bleu.Message);
        Assert.Contains("belongs to floor and add-k alone", bleu.Message);
        var chrf = Assert.Throws<RequestException>(() => new ChrfMetric(new() { CharacterOrder = 0, WordOrder = -1, Beta = 0 }));
        Assert.Contains("characterOrder = 0", chrf.Message);
        Assert.Contains("wordOrder = -1", chrf.Message);
        Assert.Contains("beta = 0", chrf.Message);
        Assert.Contains("there is no tokenizer klingon", Assert.Throws<RequestException>(() => BleuTokenizers.ByName("klingon")).Message);
    }
}
