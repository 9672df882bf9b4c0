using Llamax.Decoding.Translators;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Decoding.Tests.Translators;

public sealed class RerankingTests
{
    private static readonly TranslationRequest Request = new("x", "en", "de");

    [Fact]
    public void Minimum_bayes_risk_chooses_what_is_most_like_all_others_and_counts_them()
    {
        // Utility = common first letters. The best by score is alone; "abc" and "abd" agree.
        double Utility(string hypothesis, string reference) => hypothesis.Zip(reference).TakeWhile(pair => pair.First == pair.Second).Count();
        IReadOnlyList<TranslationCandidate> candidates = [new("xyz", -1), new("abc", -2), new("abd", -3) { Count = 2 }];
        var ranked = new MinimumBayesRisk(Utility).Rerank(Request, candidates);
        Assert.Equal(["abd", "abc", "xyz"], ranked.Select(c => c.Text));
        Assert.Equal([(2 + 3 + 3) / 4.0, (3 + 2 + 2) / 4.0, 3 / 4.0], ranked.Select(c => c.Score));
    }

    [Fact]
    public void Equal_utilities_leave_the_order_of_the_search() =>
        Assert.Equal(["b", "a"], new MinimumBayesRisk((_, _) => 1).Rerank(Request, [new("b", -1), new("a", -2)]).Select(c => c.Text));

    [Fact]
    public void A_scorer_that_is_handed_in_orders_the_candidates_and_problems_stay()
    {
        using var translator = new RerankedTranslator(
            new Echo(), new ScoredReranking((request, candidate) => candidate.Score + request.Text.Length));
        var translations = translator.Translate([new("abc", "en", "de"), new("bad", "en", "de")], Now).ToList();
        Assert.Equal(6, translations[0].Candidates[0].Score);
        Assert.Equal("bad", translations[1].Problem);
    }

    [Fact]
    public void A_glossary_asks_for_terms_whose_source_is_in_the_text_as_a_word()
    {
        using var folder = new TemporaryFolder();
        var glossary = Glossary.Load(folder.Write("terms.tsv", "# terms\n\nbank\tUfer\ncat\tKatze\n猫\tKater\nGrand Prix\tGroßer Preis\n"));
        string[] TermsOf(string text) => [.. glossary.Apply(new(text, "en", "de")).Terms];
        Assert.Equal(["Ufer"], TermsOf("The Bank, the embankment"));
        Assert.Equal([], TermsOf("banking on concatenation"));
        Assert.Equal(["Kater"], TermsOf("黒猫が"));
        Assert.Equal(["Katze", "Großer Preis"], TermsOf("cat at the grand prix."));
        var failure = Assert.Throws<RequestException>(() => Glossary.Load(folder.Write("bad.tsv", "ok\tok\nonly one\n")));
        Assert.Contains("bad.tsv, line 2: 1 columns found", failure.Message, StringComparison.Ordinal);
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;
}
