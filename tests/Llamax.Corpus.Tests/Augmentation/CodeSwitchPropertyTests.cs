using Llamax.Corpus.Augmentation;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;

namespace Llamax.Corpus.Tests.Augmentation;

/// <summary>Properties that hold for random lexicons and sentences.</summary>
public sealed class CodeSwitchPropertyTests
{
    private static readonly string[] _languages = ["de", "en", "fr", "ha", "sw"];

    private static readonly MultilingualLexicon _one = MultilingualLexicon.Build(Entries());

    private static readonly MultilingualLexicon _two = MultilingualLexicon.Build(Entries(), new() { Hops = 2 });

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(1, 1)]
    [InlineData(2, 0.5)]
    public void Every_word_stays_or_becomes_one_of_its_translations_in_another_language(int hops, double rate)
    {
        var lexicon = hops == 1 ? _one : _two;
        var switcher = new CodeSwitcher(lexicon, new() { ReplacementRate = rate });
        var (known, replaced, changed) = (0, 0, 0);
        for (var item = 0; item < 400; item++)
        {
            var sentence = Sentence(item);
            var switched = switcher.Switch(sentence, "en", new Draws(2, "p"), item);
            var (before, after) = (sentence.Split(' '), switched.Text.Split(' '));
            Assert.Equal(before.Length, after.Length);
            foreach (var (word, put) in before.Zip(after).Where(words => words.First != words.Second))
            {
                Assert.Contains(lexicon.Translations("en", word), entity => entity.Text == put && entity.Language != "en");
                changed++;
            }

            known += switched.KnownWords;
            replaced += switched.ReplacedWords;
            Assert.Equal(before.Count(word => lexicon.Contains("en", word)), switched.KnownWords);
        }

        // A word of another language may be spelt as this one.
        Assert.InRange(changed, replaced * 0.9, replaced);
        Assert.InRange(replaced / (double)known, rate - 0.03, rate + 0.03);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Replacements_come_from_the_admitted_languages_alone(int hops)
    {
        var lexicon = hops == 1 ? _one : _two;
        var switcher = new CodeSwitcher(lexicon, new() { ReplacementRate = 1, Languages = ["fra", "hau"] });
        foreach (var word in lexicon.Entities.Where(entity => entity.Language == "en").Take(200))
        {
            var admitted = lexicon.Translations("en", word.Text).Where(entity => entity.Language is "fr" or "ha").ToList();
            var switched = switcher.Switch(word.Text, "en", new Draws(1, "a"), 0);
            Assert.Equal(admitted.Count > 0 ? 1 : 0, switched.KnownWords);
            if (admitted.Count == 0)
                Assert.Equal(word.Text, switched.Text);
            else
                Assert.Contains(switched.Text, admitted.Select(entity => entity.Text));
        }
    }

    [Fact]
    public void Two_hops_draw_the_languages_evenly_too()
    {
        var lexicon = MultilingualLexicon.Build(
            [new("en", "dog", "de", "hund"), new("en", "dog", "fr", "chien"), new("en", "dog", "fr", "clebs"),
                new("en", "dog", "sw", "mbwa")],
            new() { Hops = 2 });
        var switcher = new CodeSwitcher(lexicon, new() { ReplacementRate = 1 });
        var drawn = Enumerable.Range(0, 4000).CountBy(item => switcher.Switch("hund", "de", new Draws(1, "t"), item).Text).ToDictionary();
        Assert.InRange(drawn["dog"], 1230, 1430);
        Assert.InRange(drawn["mbwa"], 1230, 1430);
        Assert.InRange(drawn["chien"], 570, 770);
        Assert.InRange(drawn["clebs"], 570, 770);
    }

    [Fact]
    public void Threads_and_order_change_nothing()
    {
        var switcher = new CodeSwitcher(_two, new());
        string Switched(int item) => switcher.Switch(Sentence(item), "en", new Draws(2, "p"), item).Text;
        Assert.Equal(
            Enumerable.Range(0, 300).Select(Switched),
            Enumerable.Range(0, 300).Reverse().AsParallel().AsOrdered().WithDegreeOfParallelism(4).Select(Switched).Reverse());
    }

    [Fact]
    public void A_sentence_costs_its_result_and_no_memory_a_word()
    {
        var switcher = new CodeSwitcher(_one, new() { ReplacementRate = 0.5 });
        var sentence = string.Join(' ', Enumerable.Range(0, 20).Select(Sentence));
        var draws = new Draws(1, "m");
        for (var item = 0; item < 20; item++)
            _ = switcher.Switch(sentence, "en", draws, item);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var length = switcher.Switch(sentence, "en", draws, 5).Text.Length;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 2 * length, (2 * length) + 64);
    }

    [Fact]
    public void Any_text_is_switched_without_a_crash_and_keeps_what_is_unknown()
    {
        var draws = new Draws(9, "noise");
        foreach (var division in Enum.GetValues<WordDivision>())
        {
            var switcher = new CodeSwitcher(_one, new() { ReplacementRate = 1, LongestPhrase = 4, Division = division, KeepCase = true });
            string[] languages = ["en", "tr", "zh", "ja", "th", "km", "unknown"];
            for (var item = 0; item < 210; item++)
            {
                var text = new string([.. Enumerable.Range(0, draws.Below(40, item)).Select(i => Unit(draws, item, i))]);
                var switched = switcher.Switch(text, languages[item % languages.Length], draws, item);
                if (switched.ReplacedWords == 0)
                    Assert.Equal(Packed(text), Packed(switched.Text));
            }
        }

        static string Packed(string text) => string.Concat(text.Where(unit => !char.IsWhiteSpace(unit)));
        static char Unit(Draws draws, int item, int i) => draws.Below(4, item, 100 + i) switch
        {
            0 => (char)('a' + draws.Below(26, item, 200 + i)),
            1 => " \t.,“İIı\u3000"[draws.Below(9, item, 200 + i)],
            2 => (char)(0x0E00 + draws.Below(0x100, item, 200 + i)),
            _ => (char)draws.Below(0x10000, item, 200 + i), // halves of surrogate pairs too
        };
    }

    private static string Sentence(int item) =>
        string.Join(' ', Enumerable.Range(0, 12).Select(i => Word(new Draws(4, "sentence"), item, i * 10)));

    private static IEnumerable<LexiconEntry> Entries()
    {
        var draws = new Draws(5, "entries");
        for (var item = 0; item < 900; item++)
        {
            var source = draws.Below(_languages.Length, item);
            var target = (source + 1 + draws.Below(_languages.Length - 1, item, 1)) % _languages.Length;
            yield return new(_languages[source], Word(draws, item, 10), _languages[target], Word(draws, item, 20));
        }
    }

    private static string Word(Draws draws, int item, int draw) =>
        string.Concat(Enumerable.Range(0, 2).Select(i => (char)('a' + draws.Below(18, item, draw + i))));
}
