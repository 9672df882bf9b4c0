using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Cleaning;

/// <summary>The defaults on text that is known to be good: what they remove of it, they remove wrongly.</summary>
public sealed class FloresStaysTests
{
    [Fact]
    public void The_defaults_drop_fewer_than_15_of_a_thousand_good_pairs_in_every_language()
    {
        var flores = FloresSuite.Open101(Goldens.DataPath("flores101"));
        var english = LanguageRegistry.Find("en");
        var source = flores.Sentences(english, "dev");
        List<string> worst = [];
        foreach (var language in flores.Languages("dev").Where(language => language != english))
        {
            var cleaner = new PairCleaner(new(), english, language, isParallel: true);
            var counts = new PartCounts();
            var reasons = source.Zip(flores.Sentences(language, "dev"))
                .Select(pair => cleaner.Judge(new(pair.First, pair.Second, ""), counts).Reason).OfType<string>().ToList();
            if (reasons.Count * 1000 >= 15 * source.Count)
                worst.Add($"{language} {reasons.Count}: {string.Join(", ", reasons.CountBy(reason => reason))}");
        }

        Assert.Empty(worst);
    }
}
