using Llamax.Corpus.Augmentation;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Lexicons;

public sealed class LexiconFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_lexicon_from_a_file_is_the_one_that_was_saved()
    {
        using var built = MultilingualLexicon.Build(Entries(3000));
        var path = _folder["some.bin"];
        built.Save(path);
        using var opened = MultilingualLexicon.Open(path);
        Assert.Equal(built.Entities, opened.Entities);
        Assert.Equal(built.Entries, opened.Entries);
        Assert.Equal(built.EntityCounts.OrderBy(one => one.Key), opened.EntityCounts.OrderBy(one => one.Key));
        foreach (var entity in built.Entities)
            Assert.Equal(built.Translations(entity.Language, entity.Text), opened.Translations(entity.Language, entity.Text));
    }

    [Fact]
    public void Every_entry_is_found_from_both_sides_and_nothing_else_is()
    {
        var entries = Entries(5000).ToList();
        using var lexicon = MultilingualLexicon.Build(entries);
        var expected = entries.SelectMany(e => new[] { (e.SourceLanguage, e.Source, e.TargetLanguage, e.Target),
            (e.TargetLanguage, e.Target, e.SourceLanguage, e.Source) })
            .ToLookup(e => new LexiconEntity(e.Item1, e.Item2), e => new LexiconEntity(e.Item3, e.Item4));
        Assert.Equal(expected.Count, lexicon.EntityCount);
        foreach (var word in expected)
        {
            Assert.True(lexicon.Contains(word.Key.Language, word.Key.Text));
            Assert.Equal(word.Distinct().OrderBy(e => (e.Language, e.Text)),
                lexicon.Translations(word.Key.Language, word.Key.Text).OrderBy(e => (e.Language, e.Text)));
            Assert.False(lexicon.Contains(word.Key.Language, word.Key.Text + "!"));
        }
    }

    [Fact]
    public void The_same_entries_give_the_same_bytes()
    {
        foreach (var name in (string[])["a", "b"])
        {
            using var lexicon = MultilingualLexicon.Build(Entries(500));
            lexicon.Save(_folder[name]);
        }

        Assert.Equal(File.ReadAllBytes(_folder["a"]), File.ReadAllBytes(_folder["b"]));
    }

    [Fact]
    public void A_lexicon_of_nothing_knows_nothing()
    {
        MultilingualLexicon.Build([]).Save(_folder["empty"]);
        using var lexicon = MultilingualLexicon.Open(_folder["empty"]);
        Assert.Empty(lexicon.Languages);
        Assert.Empty(lexicon.Entities);
        Assert.False(lexicon.Contains("en", "dog"));
        Assert.False(lexicon.Contains("en", ""));
    }

    [Fact]
    public void Look_ups_allocate_nothing()
    {
        using var lexicon = MultilingualLexicon.Build(Entries(500));
        var texts = lexicon.Entities.Select(entity => entity.Text).ToArray();
        _ = lexicon.Contains("en", texts[0]);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var found = 0;
        for (var i = 0; i < 10_000; i++)
            found += lexicon.Contains("en", texts[i % texts.Length]) ? 1 : 0;
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(found, 1, 9999);
    }

    [Fact]
    public void A_damaged_file_is_refused_and_never_a_crash()
    {
        using (var lexicon = MultilingualLexicon.Build(Entries(60), new() { Hops = 2 }))
            lexicon.Save(_folder["whole"]);
        var whole = File.ReadAllBytes(_folder["whole"]);
        var draws = new Draws(1, "damage");
        var refused = 0;
        for (var item = 0; item < 150; item++)
        {
            var bytes = whole.ToArray();
            for (var i = 0; i <= draws.Below(4, item); i++)
            {
                // Half of the damage goes into the header and the languages.
                var place = draws.Below(item % 2 == 0 ? bytes.Length : 64 + 96, item, 10 + i);
                bytes[place] = (byte)draws.Below(256, item, 20 + i);
            }

            if (item % 10 == 0)
                bytes = bytes[..draws.Below(bytes.Length, item, 30)];
            var path = _folder.Write("damaged", bytes);
            try
            {
                using var lexicon = MultilingualLexicon.Open(path);
                var switcher = new CodeSwitcher(lexicon, new() { ReplacementRate = 1 });
                foreach (var entity in lexicon.Entities.Take(1000))
                {
                    _ = lexicon.Translations(entity.Language, entity.Text);
                    _ = switcher.Switch(entity.Text, entity.Language, draws, item);
                }

                _ = lexicon.Entries.Take(1000).Count();
            }
            catch (RequestException error)
            {
                Assert.Contains(path, error.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.InRange(refused, 40, 150);
    }

    [Fact]
    public void What_is_no_lexicon_is_said_so()
    {
        Assert.Contains("no such lexicon", Refusal(_folder["nowhere"]), StringComparison.Ordinal);
        Assert.Contains("no such lexicon", Refusal(_folder.Path), StringComparison.Ordinal);
        Assert.Contains("this is no lexicon", Refusal(_folder.Write("empty", [])), StringComparison.Ordinal);
        Assert.Contains("this is no lexicon", Refusal(_folder.Write("text", new string('x', 500))), StringComparison.Ordinal);
        MultilingualLexicon.Build(Entries(5)).Save(_folder["long"]);
        File.AppendAllText(_folder["long"], "x");
        Assert.Contains("expected", Refusal(_folder["long"]), StringComparison.Ordinal);

        static string Refusal(string path) => Assert.Throws<RequestException>(() => MultilingualLexicon.Open(path)).Message;
    }

    /// <summary>Random short words and phrases of three languages; many come again.</summary>
    private static IEnumerable<LexiconEntry> Entries(int count)
    {
        var draws = new Draws(5, "entries");
        string[] languages = ["de", "en", "zh"];
        for (var item = 0; item < count; item++)
        {
            var source = draws.Below(3, item);
            yield return new(languages[source], Word(item, 10), languages[(source + 1 + draws.Below(2, item, 1)) % 3], Word(item, 20));
        }

        string Word(int item, int draw) => string.Concat(
            Enumerable.Range(0, 1 + draws.Below(3, item, draw)).Select(i => (char)('a' + draws.Below(26, item, draw + 1 + i))));
    }
}
