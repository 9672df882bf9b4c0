using System.Diagnostics;
using Llamax.Corpus.BuiltIn;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.BuiltIn;

public sealed class BuiltInCorpusTests(ITestOutputHelper output)
{
    private const string Quickstart = "en es fr de pt it nl sv pl cs ru uk bg el tr vi id sw hi bn ta ja ko zh";

    private static Language[] Of(string codes) => [.. codes.Split(' ').Select(LanguageRegistry.Find)];

    [Fact]
    public void Nearly_all_of_the_papers_languages_are_spoken()
    {
        var supported = BuiltInCorpus.Supported;
        output.WriteLine($"{supported.Count} languages; not: {string.Join(' ', LanguageRegistry.All.Except(supported))}");
        Assert.InRange(supported.Count, 90, 102);
        Assert.Superset(Of(Quickstart).ToHashSet(), supported.ToHashSet());
    }

    [Fact]
    public void A_language_that_the_locale_data_lacks_is_refused_by_name()
    {
        var lacking = LanguageRegistry.All.Except(BuiltInCorpus.Supported).FirstOrDefault();
        Assert.SkipWhen(lacking is null, "This ICU speaks every language.");
        var error = Assert.Throws<RequestException>(() => new BuiltInCorpus([LanguageRegistry.Find("en"), lacking]));
        Assert.Contains($"does not speak {lacking}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("January")]
    [InlineData("M01")]
    public void A_runtime_without_locale_data_is_recognised(string germanJanuary)
    {
        var error = Assert.Throws<RequestException>(() => LocaleNames.RequireLocaleData(germanJanuary));
        Assert.Contains("install libicu", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_parts_share_no_line_even_as_English_strings()
    {
        var english = LanguageRegistry.Find("en");
        var corpus = new BuiltInCorpus([english]);
        var train = corpus.Monolingual(english, CorpusSplit.Train, 60_000).Select(line => line.Text).ToHashSet();
        var dev = corpus.Monolingual(english, CorpusSplit.Dev, 3_000).Select(line => line.Text).ToHashSet();
        var test = corpus.Monolingual(english, CorpusSplit.Test, 3_000, seed: 5).Select(line => line.Text).ToHashSet();
        Assert.Equal(3_000, dev.Count);
        Assert.Equal(3_000, test.Count);
        Assert.InRange(train.Count, 30_000, 45_000);
        Assert.False(train.Overlaps(dev) || train.Overlaps(test) || dev.Overlaps(test));
    }

    [Fact]
    public void Names_are_for_training_and_sentences_are_nine_tenths_and_twice_a_twentieth()
    {
        var isName = Enumerable.Range(0, 100_000).ToLookup(item => BuiltInContent.Of(item).Kind == ContentKind.Name);
        Assert.InRange(isName[true].Count(), 35_000, 36_400);
        Assert.All(isName[true], item => Assert.Equal(CorpusSplit.Train, BuiltInCorpus.SplitOf(item)));
        var sentences = isName[false].Take(60_000).ToList();
        var shares = sentences.Select(item => BuiltInCorpus.SplitOf(item)).CountBy(split => split).ToDictionary();
        Assert.InRange(shares[CorpusSplit.Train], 53_400, 54_600);
        Assert.InRange(shares[CorpusSplit.Dev], 2_700, 3_300);
    }

    [Fact]
    public void Two_instances_give_equal_bytes_from_many_threads()
    {
        var languages = Of("de hi ja ar");
        var (one, other) = (new BuiltInCorpus(languages), new BuiltInCorpus(languages));
        var lines = languages.SelectMany(l => one.Monolingual(l, CorpusSplit.Train, 2_000, 3)).ToArray();
        var again = languages.AsParallel().AsOrdered().Select(l => other.Monolingual(l, CorpusSplit.Train, 2_000, 3).ToArray()).ToArray();
        Assert.Equal(lines, again.SelectMany(part => part));
        Assert.Equal(one.LocaleData, other.LocaleData);
        Assert.NotEqual(lines[..2_000], one.Monolingual(languages[0], CorpusSplit.Train, 2_000, 4).ToArray());
    }

    [Fact]
    public void Every_language_is_written_in_its_script()
    {
        var corpus = new BuiltInCorpus(BuiltInCorpus.Supported);
        foreach (var language in corpus.Languages)
        {
            var text = string.Join('\n', corpus.Monolingual(language, CorpusSplit.Train, 1_000).Select(line => line.Text));
            var share = ScriptDetector.ShareOf(text, language.Script);
            // Where the locale data has no name for a currency, its code stands in Latin letters.
            Assert.True(share >= 0.96, $"{language}: {share:P1} of the letters are in {language.Script}");
        }
    }

    [Fact]
    public void Different_languages_say_things_differently()
    {
        var languages = Of(Quickstart);
        var corpus = new BuiltInCorpus(languages);
        var english = languages[0];
        foreach (var language in languages[1..])
        {
            var same = corpus.Parallel(english, language, CorpusSplit.Test, 1_000).Count(pair => pair.Source == pair.Target);
            Assert.True(same <= 20, $"{language}: {same} of 1,000 lines are the English ones");
        }
    }

    [Fact]
    public void Dates_and_numbers_say_what_they_should()
    {
        var languages = Of("en de ja bn");
        var corpus = new BuiltInCorpus(languages);
        var items = BuiltInCorpus.Items(CorpusSplit.Train).Take(500).ToArray();
        foreach (var item in items)
        {
            var content = BuiltInContent.Of(item);
            if (languages.Select(language => corpus.Render(item, language)).ToArray() is not [var en, var de, var ja, var bn])
                throw new UnreachableException();
            switch (content.Kind)
            {
                case ContentKind.LongDate:
                    Assert.All([en, de, ja], line => Assert.Contains($"{content.Date.Year}", line, StringComparison.Ordinal));
                    Assert.Contains("日", ja, StringComparison.Ordinal);
                    Assert.Contains($"{content.Date.Day}.", de, StringComparison.Ordinal);
                    Assert.DoesNotContain(bn, char.IsAsciiDigit);
                    break;
                case ContentKind.CountriesAndShare:
                    Assert.All([en, de, ja], line => Assert.Contains($"{content.Number}", line, StringComparison.Ordinal));
                    Assert.Contains("%", en, StringComparison.Ordinal);
                    break;
                case ContentKind.CurrencyAndNumber:
                    Assert.EndsWith($": {content.Number:N0}", en, StringComparison.Ordinal);
                    Assert.Equal(
                        en.StartsWith("Swiss Franc:", StringComparison.Ordinal),
                        de.StartsWith("Schweizer Franken:", StringComparison.Ordinal));
                    break;
                case ContentKind.VarietyAndNumber:
                    Assert.Contains("(", en, StringComparison.Ordinal);
                    Assert.Contains($"{content.Number % 1000}", en, StringComparison.Ordinal);
                    break;
            }
        }

        Assert.Equal(Enum.GetValues<ContentKind>(), items.Select(item => BuiltInContent.Of(item).Kind).Distinct().Order());
    }

    [Fact]
    public void The_lexicon_has_every_concept_in_every_language()
    {
        var terms = new BuiltInCorpus(Of(Quickstart)).Lexicon().ToArray();
        Assert.All(terms.GroupBy(term => term.Concept), concept => Assert.Equal(24, concept.Count()));
        Assert.All(terms, term => Assert.False(string.IsNullOrWhiteSpace(term.Text)));
        Assert.Contains(new BuiltInTerm("language/fr", LanguageRegistry.Find("de"), "Französisch"), terms);
        Assert.Contains(new BuiltInTerm("country/CH", LanguageRegistry.Find("fr"), "Suisse"), terms);
        Assert.Contains(new BuiltInTerm("currency/CHF", LanguageRegistry.Find("it"), "franco svizzero"), terms);
        Assert.Contains(new BuiltInTerm("weekday/1", LanguageRegistry.Find("es"), "domingo"), terms);
    }

    [Fact]
    public void Lines_come_fast_enough_for_a_quickstart()
    {
        var languages = Of(Quickstart);
        var clock = Stopwatch.StartNew();
        var corpus = new BuiltInCorpus(languages);
        var reading = clock.Elapsed;
        var items = BuiltInCorpus.Items(CorpusSplit.Train).Take(1_000).ToArray();
        corpus.Render(items[0], languages[0]);
        clock.Restart();
        var letters = items.Sum(item => languages.Sum(language => (long)corpus.Render(item, language).Length));
        var speed = 24_000 / clock.Elapsed.TotalSeconds;
        output.WriteLine($"names read in {reading.TotalSeconds:F2} s; {speed:N0} lines/s, {letters / 24_000.0:F1} characters a line");
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 6);
    }
}
