using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Reading;

public sealed class PublicSetsTests(ITestOutputHelper output)
{
    private readonly MalformedLines _strict = new(strict: true);

    private static Language En => LanguageRegistry.Find("en");

    [Fact]
    public void Flores_101_has_every_language_in_both_splits()
    {
        var suite = FloresSuite.Open101(Goldens.DataPath("flores101"));
        foreach (var (split, count) in ((string, int)[])[("dev", 997), ("devtest", 1012)])
        {
            Assert.Equal(LanguageRegistry.All, suite.Languages(split));
            foreach (var code in (string[])["en", "ja", "umb"])
                Assert.Equal(count, suite.Sentences(LanguageRegistry.Find(code), split).Count);
        }
    }

    [Fact]
    public void Flores_200_takes_what_is_identical_from_Flores_101()
    {
        var (folder101, folder200) = (Goldens.DataPath("flores101"), Goldens.DataPath("flores200"));
        var (old, suite) = (FloresSuite.Open101(folder101), FloresSuite.Open200(folder200, folder101));
        Assert.Equal(LanguageRegistry.All, suite.Languages("devtest"));
        Assert.Equal(204, suite.Codes("devtest").Count);
        Assert.Equal(old.Sentences(En, "dev"), suite.Sentences(En, "dev"));
        Assert.NotEqual(old.Sentences("urd", "dev"), suite.Sentences("urd_Arab", "dev"));
        Assert.Equal(1012, suite.Sentences("ace_Arab", "devtest").Count);
    }

    [Fact]
    public void A_missing_Flores_file_is_answered_with_the_nearest()
    {
        var suite = FloresSuite.Open101(Goldens.DataPath("flores101"));
        var elsewhere = Goldens.DataPath("muse");
        Assert.Contains("nearest: eng", Fails(() => suite.Sentences("enx", "dev")), StringComparison.Ordinal);
        Assert.Contains("dev and devtest", Fails(() => suite.Sentences(En, "test")), StringComparison.Ordinal);
        Assert.Contains("no Flores files", Fails(() => FloresSuite.Open101(elsewhere)), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_set_of_the_mirror_opens_and_gives_pairs_both_ways()
    {
        foreach (var name in MirrorCorpora.Names)
        {
            var corpus = MirrorCorpora.Open(name, Goldens.Data);
            output.WriteLine($"{name}: {corpus.Languages.Count} languages: {string.Join(' ', corpus.Languages)}");
            Assert.NotEmpty(corpus.Languages);
            var partner = corpus.Languages.First(language => language != En && corpus.Has(En, language));
            var forth = corpus.Pairs(En, partner, _strict).Take(50).ToArray();
            var back = corpus.Pairs(partner, En, _strict).Take(50).ToArray();
            Assert.NotEmpty(forth);
            Assert.Equal(forth.Select(pair => (pair.Source, pair.Target)), back.Select(pair => (pair.Target, pair.Source)));
            Assert.NotEmpty(corpus.Lines(partner, _strict).Take(1));
        }
    }

    [Fact]
    public void Pairs_are_in_the_scripts_of_their_languages()
    {
        foreach (var name in (string[])["ntrex", "tatoeba", "massive", "tico19", "udhr"])
        {
            var corpus = MirrorCorpora.Open(name, Goldens.Data);
            foreach (var language in corpus.Languages.Where(language => corpus.Has(En, language)))
            {
                var text = string.Join('\n', corpus.Pairs(En, language, _strict).Take(100).Select(pair => pair.Target));
                Assert.True(ScriptDetector.ShareOf(text, language.Script) > 0.6, $"{name} {language}: {text[..100]}");
            }
        }
    }

    [Fact]
    public void NTREX_pairs_any_two_of_its_ninety_languages()
    {
        var corpus = MirrorCorpora.Open("ntrex", Goldens.Data);
        Assert.Equal(90, corpus.Languages.Count);
        Assert.Equal(1500, corpus.Pairs(LanguageRegistry.Find("ku"), LanguageRegistry.Find("zhtrad"), _strict).Count());
    }

    [Fact]
    public void MASSIVE_is_read_by_partition()
    {
        foreach (var (partition, count) in ((string?, int)[])[(null, 11514), ("train", 11514), ("dev", 2033), ("test", 2974)])
        {
            var corpus = MirrorCorpora.Open("massive", Goldens.Data, partition);
            Assert.Equal(count, corpus.Pairs(En, LanguageRegistry.Find("de"), _strict).Count());
        }
    }

    [Fact]
    public void What_a_set_lacks_is_refused_with_what_it_has()
    {
        var data = Goldens.Data;
        var tatoeba = MirrorCorpora.Open("tatoeba", data);
        var (korean, hebrew, kamba) = (LanguageRegistry.Find("ko"), LanguageRegistry.Find("he"), LanguageRegistry.Find("kam"));
        Assert.Contains("has no he-ko", Fails(() => tatoeba.Pairs(hebrew, korean, _strict)), StringComparison.Ordinal);
        Assert.Contains("has no kam (Kamba)", Fails(() => tatoeba.Lines(kamba, _strict)), StringComparison.Ordinal);
        var ntrex = MirrorCorpora.Open("ntrex", data);
        Assert.Contains("has no kam (Kamba)", Fails(() => ntrex.Pairs(En, kamba, _strict)), StringComparison.Ordinal);
        Assert.Contains("To mend it: use ntrex", Fails(() => MirrorCorpora.Open("ntrx", data)), StringComparison.Ordinal);
        Assert.Contains("no partition \"dev\"", Fails(() => MirrorCorpora.Open("ntrex", data, "dev")), StringComparison.Ordinal);
        Assert.Contains("LLAMAX_DATA", Fails(() => MirrorCorpora.Open("ntrex", Path.Combine(data, "muse"))), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_varieties_are_not_mixed_in()
    {
        var corpus = MirrorCorpora.Open("tatoeba", Goldens.Data);
        Assert.Equal(["eng-srp_Cyrl.tsv.gz"], FilesWith("sr"));
        Assert.Equal(["eng-fas.tsv.gz", "eng-pes.tsv.gz"], FilesWith("fa"));

        IEnumerable<string> FilesWith(string code) =>
            corpus.Pairs(En, LanguageRegistry.Find(code), _strict).Select(pair => Path.GetFileName(pair.Origin.Split(':')[0])).Distinct();
    }

    private static string Fails(Func<object> read) => Assert.Throws<RequestException>(() => read()).Message;
}
