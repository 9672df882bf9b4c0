using Llamax.Corpus.Augmentation;
using Llamax.Corpus.BuiltIn;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Lexicons;

public sealed class BuiltInLexiconTests
{
    [Fact]
    public void Names_of_the_built_in_corpus_translate_each_other()
    {
        var languages = ((string[])["en", "de", "fr", "ja"]).Select(LanguageRegistry.Find).ToList();
        var lexicon = MultilingualLexicon.Build(BuiltInLexicon.Entries(new BuiltInCorpus(languages)));
        Assert.Equal(["allemagne_fr", "deutschland_de", "ドイツ_ja"],
            lexicon.Translations("en", "Germany").Select(entity => entity.ToString()).Order(StringComparer.Ordinal));
        var switched = new CodeSwitcher(lexicon, new() { ReplacementRate = 1, LongestPhrase = 3 })
            .Switch("In the United States, on Monday.", "en", new Draws(1, "t"), 0);
        Assert.Equal(2, switched.ReplacedWords);
    }
}
