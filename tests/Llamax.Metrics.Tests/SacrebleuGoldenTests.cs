using Llamax.Metrics.Bleu;
using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Metrics.Chrf;
using Llamax.Testing;
using Llamax.Text.Tokenization;

namespace Llamax.Metrics.Tests;

[Trait("Category", "Golden")]
public sealed class SacrebleuGoldenTests
{
    [Fact]
    public void Edge_cases_score_as_in_sacrebleu_under_every_setting()
    {
        foreach (var edge in GoldenFile.Array("edge"))
        {
            var hypotheses = edge!["hypotheses"].Strings();
            var references = edge["references"]!.AsArray().Select(r => r.Strings()).ToArray();
            foreach (var (name, expected) in edge["bleu"]!.AsObject())
                ScoreAssert.Equal(
                    expected!, new BleuMetric(GoldenSettings.Bleu(name)).CorpusScore(hypotheses, references), $"{edge["name"]} {name}");
            foreach (var (name, expected) in edge["chrf"]!.AsObject())
                ScoreAssert.Equal(
                    expected!, new ChrfMetric(GoldenSettings.Chrf(name)).CorpusScore(hypotheses, references), $"{edge["name"]} {name}");

            var sentenceBleu = edge["sentence"]!["bleu"].Numbers();
            var sentenceChrf = edge["sentence"]!["chrf"].Numbers();
            for (var i = 0; i < hypotheses.Length; i++)
            {
                string[] own = [.. references.Select(r => r[i])];
                ScoreAssert.Close(
                    sentenceBleu[i],
                    new BleuMetric(new() { EffectiveOrder = true }).SentenceScore(hypotheses[i], own).Score,
                    $"{edge["name"]} {i}");
                ScoreAssert.Close(sentenceChrf[i], new ChrfMetric().SentenceScore(hypotheses[i], own).Score, $"{edge["name"]} {i}");
            }
        }
    }

    [Fact]
    public void Real_system_outputs_score_as_in_sacrebleu()
    {
        foreach (var entry in GoldenFile.Array("corpus"))
        {
            var (pair, system) = (entry!["pair"]!.GetValue<string>(), entry["system"]!.GetValue<string>());
            var (hypotheses, references) = Wmt(pair, system, entry["references"].Strings());
            var names = entry["references"].Strings();
            foreach (var (name, expected) in entry["bleu"]!.AsObject())
            {
                var chosen = references.Where((_, r) => !name.Contains("-only-") || name.EndsWith(names[r], StringComparison.Ordinal));
                var score = new BleuMetric(GoldenSettings.Bleu(name)).CorpusScore(hypotheses, [.. chosen]);
                ScoreAssert.Equal(expected!, score, $"{pair} {system} {name}");
            }

            foreach (var (name, expected) in entry["chrf"]!.AsObject())
            {
                var score = new ChrfMetric(GoldenSettings.Chrf(name)).CorpusScore(hypotheses, references);
                ScoreAssert.Equal(expected!, score, $"{pair} {system} {name}");
            }
        }
    }

    [Fact]
    public void Sentences_of_real_outputs_score_as_in_sacrebleu()
    {
        foreach (var entry in GoldenFile.Array("sentence"))
        {
            var (pair, system) = (entry!["pair"]!.GetValue<string>(), entry["system"]!.GetValue<string>());
            var (hypotheses, references) = Wmt(pair, system, entry["references"].Strings());
            var tokenizer = BleuTokenizers.ByName(entry["tokenize"]!.GetValue<string>());
            Check("bleu", new BleuMetric(new() { Tokenizer = tokenizer, EffectiveOrder = true }));
            Check("bleu_no_effective_order", new BleuMetric(new() { Tokenizer = tokenizer }));
            Check("chrf", new ChrfMetric());
            Check("chrfpp", new ChrfMetric(new() { WordOrder = 2 }));

            void Check(string key, IMetric metric)
            {
                var expected = entry[key].Numbers();
                for (var i = 0; i < expected.Length; i++)
                {
                    var score = metric.SentenceScore(hypotheses[i], [.. references.Select(r => r[i])]);
                    ScoreAssert.Close(expected[i], score.Score, $"{pair} {key} line {i + 1}");
                    if (key == "bleu")
                        Assert.Equal(entry["signature"]!.GetValue<string>(), score.Signature);
                }
            }
        }
    }

    [Fact]
    public void A_missing_second_reference_is_left_out_and_named_in_the_signature()
    {
        var golden = GoldenFile.Object("variable-references");
        var references = golden["refs"]!.AsArray().Select(r => r!.AsArray().Select(l => l?.GetValue<string>()).ToArray()).ToArray();
        ScoreAssert.Equal(golden["bleu"]!, new BleuMetric().CorpusScore(golden["hyp"].Strings(), references), "variable references");
        ScoreAssert.Close(
            golden["chrf"].Number(), new ChrfMetric().CorpusScore(golden["hyp"].Strings(), references).Score, "variable references");
    }

    [Fact]
    public void Every_language_of_Flores_is_tokenized_as_in_sacrebleu()
    {
        foreach (var entry in GoldenFile.Array("tokenizers-flores101-dev"))
        {
            var (language, split) = (entry!["lang"]!.GetValue<string>(), entry["split"]!.GetValue<string>());
            var number = entry["line"]!.GetValue<int>();
            var line = GoldenFile.Flores(split, language)[number - 1];
            foreach (var (name, expected) in entry["tokens"]!.AsObject())
            {
                if (!BleuTokenizers.Names.Contains(name))
                    continue; // TER's own tokenizer
                var tokens = BleuTokenizers.ByName(name).Tokenize(line);
                Assert.Equal($"{language} {number} {name}: {expected}", $"{language} {number} {name}: {tokens}");
            }
        }
    }

    [Theory]
    [InlineData("flores-copy")]
    [InlineData("flores-relative")]
    public void Other_languages_as_hypotheses_score_as_in_sacrebleu(string file)
    {
        foreach (var entry in GoldenFile.Array(file))
        {
            var (hypothesis, reference) = (entry!["hypothesis"]!.GetValue<string>(), entry["reference"]!.GetValue<string>());
            var split = entry["split"]!.GetValue<string>();
            var where = $"{hypothesis} for {reference}";
            var (hypotheses, references) = (GoldenFile.Flores(split, hypothesis), GoldenFile.Flores(split, reference));
            Assert.Equal(entry["lines"]!.GetValue<int>(), hypotheses.Length);
            ScoreAssert.Equal(entry["bleu13a"]!, new BleuMetric().CorpusScore(hypotheses, references), where);
            var characters = new BleuMetric(new() { Tokenizer = new CharacterTokenizer() })
                .CorpusScore(hypotheses[..200], [references[..200]]);
            ScoreAssert.Close(entry["bleuchar"].Number(), characters.Score, where);
            var chrf = new ChrfMetric().CorpusScore(hypotheses[..100], [references[..100]]);
            ScoreAssert.Close(entry["chrf_first100"].Number(), chrf.Score, where);
        }
    }

    /// <summary>
    /// spBLEU is BLEU over pieces, so any model in the folder checks the whole way; the golden names the models that stood in for
    /// the one of Flores-101, with the signature of BLEU without a tokenizer.
    /// </summary>
    [Theory]
    [InlineData("flores-copy")]
    [InlineData("flores-relative")]
    public void Bleu_over_the_pieces_of_a_model_scores_as_in_sacrebleu(string file)
    {
        var models = Directory.GetFiles(Goldens.GoldenPath("metrics", "spm"), "*.model")
            .ToDictionary(path => Path.GetFileNameWithoutExtension(path)!, TokenizerFile.Load);
        foreach (var entry in GoldenFile.Array(file))
        {
            var (hypothesis, reference) = (entry!["hypothesis"]!.GetValue<string>(), entry["reference"]!.GetValue<string>());
            var split = entry["split"]!.GetValue<string>();
            var (hypotheses, references) = (GoldenFile.Flores(split, hypothesis), GoldenFile.Flores(split, reference));
            foreach (var (model, expected) in entry["spbleu"]!.AsObject())
            {
                var metric = new BleuMetric(new() { Name = "spBLEU", Tokenizer = new PieceTokenizer($"{model}.model", models[model]) });
                var score = metric.CorpusScore(hypotheses, references);
                ScoreAssert.Equal(expected!, score, $"{hypothesis} for {reference}, {model}", compareSignature: false);
                Assert.Equal($"nrefs:1|case:mixed|eff:no|tok:{model}.model|smooth:exp|version:2.6.0", score.Signature);
                Assert.Contains(models[model].Fingerprint, metric.Fingerprint);
                Assert.StartsWith("spBLEU = ", score.ToString(), StringComparison.Ordinal);
            }
        }
    }

    private static (string[] Hypotheses, string[][] References) Wmt(string pair, string system, string[] references)
    {
        var target = pair[(pair.IndexOf('-', StringComparison.Ordinal) + 1)..];
        return (
            GoldenFile.Lines(Goldens.DataPath("wmt", $"{pair}.hyp.{system}.{target}.gz")),
            [.. references.Select(r => GoldenFile.Lines(Goldens.DataPath("wmt", $"{pair}.ref.{r}.{target}.gz")))]);
    }
}
