using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Decoding.Tests.Search;
using Llamax.Decoding.Translators;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Decoding.Tests.Translators;

public sealed class TranslatorTests
{
    private static readonly LetterTokenizer Tokenizer = new();

    [Fact]
    public void Translations_come_in_the_order_of_the_requests()
    {
        var events = new RecordedEvents();
        using var translator = Translator(events: events);
        string[] texts = ["gamma ray", "a", "", "beta", "  \t", "a longer sentence than all", "a"];
        var translations = translator.Translate([.. texts.Select(text => new TranslationRequest(text, "en", "de"))], Now).ToList();
        Assert.Equal(texts.Select(text => text.Trim().ToUpperInvariant()), translations.Select(t => t.Text));
        Assert.Equal(texts, translations.Select(t => t.Request.Text));
        Assert.All(translations, t => Assert.Null(t.Problem));
        Assert.Empty(events.Warnings);
    }

    [Fact]
    public void Blank_texts_never_reach_the_model()
    {
        var engine = new TableEngine(256, _ => throw new InvalidOperationException("the model ran"));
        using var translator = new PromptedTranslator(engine, Tokenizer, [0], Profile());
        Assert.Equal(["", ""], translator.Translate([new("", "en", "de"), new(" \n", "en", "de")], Now).Select(t => t.Text));
    }

    [Fact]
    public void More_requests_than_a_window_holds_are_read_as_they_are_needed()
    {
        var read = 0;
        using var translator = Translator(new() { Beams = 1 });
        var endless = Enumerable.Range(0, int.MaxValue).Select(i =>
        {
            read++;
            return new TranslationRequest(i % 100 == 29 ? $"n{i}" : "", "en", "de"); // mostly blank: the toy is slow
        });
        Assert.Equal("N1029", translator.Translate(endless, Now).Skip(1029).First().Text);
        Assert.InRange(read, 1030, 3000);
    }

    [Fact]
    public void A_colon_ends_a_translation_only_where_the_published_scripts_are_reproduced()
    {
        using var plain = Translator();
        Assert.Equal("AT 12:30", plain.Translate([new("at 12:30", "en", "de")], Now).Single().Text);
        using var paper = Translator(readsAsPaper: true);
        Assert.Equal("AT 12", paper.Translate([new("at 12:30", "en", "de")], Now).Single().Text);
    }

    [Fact]
    public void A_text_too_long_fails_alone()
    {
        using var translator = Translator(maxLength: 80);
        var translations = translator.Translate([new("short", "en", "de"), new(new string('x', 50), "en", "de")], Now).ToList();
        Assert.Equal("SHORT", translations[0].Text);
        Assert.Empty(translations[1].Candidates);
        Assert.Contains("too long", translations[1].Problem, StringComparison.Ordinal);
        Assert.True(translations[1].IsTooLong);
    }

    [Fact]
    public void A_direction_that_was_not_trained_is_warned_of_once_and_tried()
    {
        var events = new RecordedEvents();
        var profile = Profile() with { Directions = new Dictionary<string, IReadOnlyList<string>> { ["en"] = ["de"] } };
        using var translator = Translator(events: events, profile: profile);
        var translations = translator.Translate([new("a", "en", "de"), new("b", "deu", "en"), new("c", "German", "en")], Now).ToList();
        Assert.Equal(["A", "B", "C"], translations.Select(t => t.Text));
        Assert.Contains("de→en", events.Warnings.Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("xx", "no language \"xx\"")]
    [InlineData("fr", "the model does not know the language fr: it translates between en, de")]
    public void A_language_that_nobody_or_the_model_does_not_know_is_refused(string source, string what)
    {
        using var translator = Translator();
        var failure = Assert.Throws<RequestException>(() => translator.Translate([new("a", source, "de")], Now).ToList());
        Assert.Contains(what, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_ends_at_a_stop_text()
    {
        var answers = new TableEngine(256, sequence => Likely(Tokenizer.Decode([.. sequence]).EndsWith('=') ? 'A' : '\n'), 256);
        using var translator = new PromptedTranslator(answers, Tokenizer, [0], Profile(), new() { Beams = 1 });
        var translation = translator.Translate([new("x", "en", "de")], Now).Single();
        Assert.Equal("A", translation.Text);
        Assert.False(translation.IsCut);
    }

    [Fact]
    public void Ids_beyond_the_vocabulary_say_nothing()
    {
        var engine = new TableEngine(300, sequence => [.. Enumerable.Range(0, 300).Select(id =>
            id == sequence[^1] switch { '=' => 299, 299 => 'A', _ => 0 } ? 9.0 : 0)], 256);
        using var translator = new PromptedTranslator(engine, Tokenizer, [0], Profile(), new() { Beams = 1 });
        Assert.Equal("A", translator.Translate([new("x", "en", "de")], Now).Single().Text);
    }

    [Fact]
    public void An_answer_that_the_limit_ended_is_marked()
    {
        using var translator = Translator(new() { Beams = 2, MaxNewTokens = 3 });
        var translation = translator.Translate([new("abcdef", "en", "de")], Now).Single();
        Assert.Equal("ABC", translation.Text);
        Assert.True(translation.IsCut);
    }

    [Fact]
    public void Several_candidates_are_different_texts_with_falling_scores()
    {
        using var translator = Translator(new() { Beams = 6, NBest = 6, MaxNewTokens = 6 });
        var candidates = translator.Translate([new("abc", "en", "de")], Now).Single().Candidates;
        Assert.Equal("ABC", candidates[0].Text);
        Assert.InRange(candidates.Count, 2, 6);
        Assert.Equal(candidates.Count, candidates.Select(c => c.Text).Distinct().Count());
        Assert.Equal(candidates.OrderByDescending(c => c.Score), candidates);
    }

    [Fact]
    public void A_pivot_is_used_unless_one_side_already_is_the_pivot()
    {
        using var translator = new PivotTranslator(new Tagger(), new Tagger(), "en");
        var translations = translator
            .Translate([new("a", "de", "fr"), new("b", "eng", "fr"), new("bad", "de", "fr"), new("c", "de", "English")], Now)
            .ToList();
        Assert.Equal(["a de>en en>fr", "b eng>fr", "", "c de>English"], translations.Select(t => t.Text));
        Assert.Equal("bad", translations[2].Problem);
        Assert.Equal(("a", "de", "fr"), (translations[0].Request.Text, translations[0].Request.Source, translations[0].Request.Target));
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static TranslationProfile Profile() => new()
    {
        Template = PromptTemplate.Compact,
        Languages = new Dictionary<string, string> { ["en"] = "English", ["de"] = "German" },
    };

    /// <summary>A "model" that answers the compact prompt with the sentence in capitals.</summary>
    private static PromptedTranslator Translator(
        SearchOptions? options = null,
        RecordedEvents? events = null,
        int maxLength = 256,
        TranslationProfile? profile = null,
        bool readsAsPaper = false)
    {
        var engine = new TableEngine(256, sequence =>
        {
            var text = Tokenizer.Decode([.. sequence]);
            var input = text[(text.IndexOf(':', StringComparison.Ordinal) + 2)..text.IndexOf(" =", StringComparison.Ordinal)];
            var said = text[(text.IndexOf('=', StringComparison.Ordinal) + 1)..];
            return Likely(said.Length < input.Length ? char.ToUpperInvariant(input[said.Length]) : (char)0);
        }, maxLength);
        return new(engine, Tokenizer, [0], profile ?? Profile(), options, events) { ReadsAsPaper = readsAsPaper };
    }

    private static double[] Likely(char next) => [.. Enumerable.Range(0, 256).Select(id => id == next ? 9.0 : id / -999.0)];

    private sealed class Tagger : ITranslator
    {
        public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default) =>
            requests.Select(request => request.Text == "bad"
                ? new Translation(request, []) { Problem = "bad" }
                : new Translation(request, [new($"{request.Text} {request.Source}>{request.Target}", 0)]));

        public void Dispose()
        {
        }
    }
}
