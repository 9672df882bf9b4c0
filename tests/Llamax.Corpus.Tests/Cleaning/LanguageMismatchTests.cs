using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Sharding;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Cleaning;

public sealed class LanguageMismatchTests
{
    [Fact]
    public void Text_in_another_language_goes_and_a_language_that_the_model_lacks_is_counted_as_not_judged()
    {
        var options = new CleaningOptions { Identifier = Goldens.DataPath("lid", "lid.176.ftz") };
        var german = new PairCleaner(options, LanguageRegistry.Find("en"), LanguageRegistry.Find("de"), isParallel: true);
        const string English = "The committee met twice in the old capital.";
        Assert.Null(german.Judge(new(English, "Der Ausschuss trat zweimal in der alten Hauptstadt zusammen.", ""), new()).Reason);
        Assert.Equal("leastLanguage", german.Judge(new(English, "Le comité s'est réuni deux fois dans la capitale.", ""), new()).Reason);
        var counts = new PartCounts();
        var hausa = new PairCleaner(options, LanguageRegistry.Find("en"), LanguageRegistry.Find("ha"), isParallel: true);
        Assert.Null(hausa.Judge(new(English, "Kwamitin ya hadu sau biyu a tsohon babban birnin.", ""), counts).Reason);
        Assert.Equal(1, counts.All["notJudged.leastLanguage"]);
    }
}
