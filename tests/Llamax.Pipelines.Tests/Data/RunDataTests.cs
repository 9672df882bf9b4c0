using System.Globalization;
using Llamax.Corpus.Lexicons;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Tests.Data;

public sealed class RunDataTests : IDisposable
{
    private static readonly Language English = LanguageRegistry.Find("en");
    private static readonly Language German = LanguageRegistry.Find("de");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 3)]
    [InlineData(0.9, 5)]
    public void The_asked_share_of_pairs_without_english_is_never_trained(double share, int expected)
    {
        var data = BuiltIn(share);
        var unseen = RunData.Pairs(data.Languages).Where(pair => data.IsUnseen(pair.Source, pair.Target)).ToList();
        Assert.Equal(expected, unseen.Count);
        Assert.All(unseen, pair =>
        {
            Assert.True(data.IsUnseen(pair.Target, pair.Source));
            Assert.DoesNotContain(English, new[] { pair.Source, pair.Target });
            Assert.Empty(data.Parallel(pair.Source, pair.Target));
            Assert.Empty(data.Parallel(pair.Target, pair.Source));
            Assert.NotEmpty(data.BuiltInTest(pair.Source, pair.Target, 2));
        });
        Assert.Equal(5, data.Parallel(English, German).Count());
    }

    [Fact]
    public void Which_pairs_are_unseen_depends_on_the_seed_alone()
    {
        static IEnumerable<bool> Unseen(RunData data) => RunData.Pairs(data.Languages).Select(p => data.IsUnseen(p.Source, p.Target));
        Assert.Equal(Unseen(BuiltIn(0.5)), Unseen(BuiltIn(0.5)));
        Assert.Contains(Enumerable.Range(2, 8), seed => !Unseen(BuiltIn(0.5)).SequenceEqual(Unseen(BuiltIn(0.5, (ulong)seed))));
    }

    [Fact]
    public void Both_orders_of_a_pair_hold_out_the_same_sentences_and_training_shares_none_of_them()
    {
        // Line 40 repeats the English of line 0, line 41 the German of line 1.
        var lines = Enumerable.Range(0, 40).Select(i => $"sentence {i}\tSatz {i}").Append("sentence 0\tanders").Append("different\tSatz 1");
        var data = FromFiles(heldOut: 12, Tsv(lines));
        AssertDisjoint(data, English, German, heldOut: 12);
    }

    [Fact]
    public void What_one_source_holds_out_no_other_source_teaches()
    {
        var lines = Enumerable.Range(0, 20).Select(i => $"sentence {i}\tSatz {i}").ToList();
        var text = new SourceOptions
        {
            Kind = SourceKind.Text,
            Files = [_folder.Write("text.txt", string.Join('\n', Enumerable.Range(0, 25).Select(i => $"sentence {i}")))],
            SourceLanguage = "en",
        };
        var data = FromFiles(heldOut: 5, Tsv(lines), text);
        AssertDisjoint(data, English, German, heldOut: 5);
        Assert.Contains(data.Monolingual(English), line => line.Text == "sentence 24");
    }

    [Fact]
    public void Held_out_pairs_of_a_public_set_are_in_no_training_text()
    {
        var path = Goldens.DataPath("tatoeba", "dan-eng.tsv.gz");
        var source = new SourceOptions { Kind = SourceKind.Tsv, Files = [path], SourceLanguage = "da", TargetLanguage = "en" };
        AssertDisjoint(FromFiles(heldOut: 50, source), LanguageRegistry.Find("da"), English, heldOut: 50);
    }

    [Fact]
    public void Limits_are_kept()
    {
        var lines = Enumerable.Range(0, 40).Select(i => $"sentence {i}\tSatz {i}");
        var data = FromFiles(heldOut: 0, Tsv(lines) with { MonolingualPerLanguage = 7, PairsPerLanguagePair = 9 });
        Assert.Equal((7, 9), (data.Monolingual(German).Count(), data.Parallel(English, German).Count()));
        Assert.Empty(data.HeldOut(English, German, 5));
    }

    [Fact]
    public void Text_is_the_same_each_time_it_is_read_and_a_sentence_of_several_pairs_comes_once()
    {
        var data = FromFiles(heldOut: 2, Tsv(["one\teins", "one\tein", "two\tzwei", "three\tdrei", "four\tvier"]));
        var (lines, pairs) = (data.Monolingual(English), data.Parallel(English, German));
        Assert.Equal(lines.ToList(), lines.ToList());
        Assert.Equal(pairs.ToList(), pairs.ToList());
        Assert.NotEmpty(lines);
        Assert.Equal(lines.Select(line => line.Text).Distinct(), lines.Select(line => line.Text));
    }

    [Fact]
    public void A_file_that_is_not_there_is_named()
    {
        var missing = _folder["missing.tsv"];
        var source = new SourceOptions { Kind = SourceKind.Tsv, Files = [missing], SourceLanguage = "en", TargetLanguage = "de" };
        Assert.StartsWith(missing, Assert.Throws<RequestException>(() => FromFiles(0, source)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_built_lexicon_is_opened_by_its_path_and_its_content_names_the_data()
    {
        var path = _folder["lexicon", LexiconBuild.FileName];
        Lexicon(path, new LexiconEntry("en", "house", "de", "haus"), new LexiconEntry("en", "house", "ja", "家"));
        var data = WithLexicons(_folder["lexicon"]);
        Assert.Equal(["de", "ja"], data.Lexicon.Translations("en", "House").Select(entity => entity.Language).Order());
        Lexicon(path, new LexiconEntry("en", "house", "de", "heim"));
        Assert.NotEqual(data.Fingerprint, WithLexicons(path).Fingerprint);
    }

    [Fact]
    public void A_lexicon_that_is_missing_covers_nothing_or_stands_beside_others_is_named_with_the_way_out()
    {
        var path = _folder["foreign", LexiconBuild.FileName];
        Lexicon(path, new LexiconEntry("ja", "家", "zh", "家"));
        Assert.Contains("it covers ja, zh", Assert.Throws<RequestException>(() => WithLexicons(path).Lexicon).Message,
            StringComparison.Ordinal);
        foreach (var names in (string[][])[[path, "builtin"], [_folder["missing"] + "/"]])
            Assert.Contains("llamax lexicon build", Assert.Throws<RequestException>(() => WithLexicons(names)).Message,
                StringComparison.Ordinal);
    }

    private static void Lexicon(string path, params LexiconEntry[] entries) => MultilingualLexicon.Build(entries).Save(path);

    private RunData WithLexicons(params string[] names) => new(new Recipe
    {
        Languages = ["en", "de"],
        Data = new() { Sources = [Tsv(["a\tb"])], Lexicons = names },
    });

    private static void AssertDisjoint(RunData data, Language source, Language target, int heldOut)
    {
        var tests = data.HeldOut(source, target, int.MaxValue).ToList();
        Assert.Equal(heldOut, tests.Count);
        Assert.Equal(
            tests.Select(pair => (pair.Source, pair.Target)),
            data.HeldOut(target, source, int.MaxValue).Select(pair => (pair.Target, pair.Source)));
        Assert.Equal(tests[..3], data.HeldOut(source, target, 3));
        var sentences = tests.SelectMany(pair => new[] { pair.Source, pair.Target }).ToHashSet(StringComparer.Ordinal);
        var training = data.Parallel(source, target).ToList();
        Assert.NotEmpty(training);
        Assert.DoesNotContain(training, pair => sentences.Contains(pair.Source) || sentences.Contains(pair.Target));
        foreach (var language in new[] { source, target })
            Assert.DoesNotContain(data.Monolingual(language), line => sentences.Contains(line.Text));
    }

    private SourceOptions Tsv(IEnumerable<string> lines) => new()
    {
        Kind = SourceKind.Tsv,
        Files = [_folder.Write("pairs.tsv", string.Join('\n', lines))],
        SourceLanguage = "en",
        TargetLanguage = "de",
    };

    private static RunData FromFiles(int heldOut, SourceOptions first, params SourceOptions[] others) => new(new Recipe
    {
        Languages = ["en", "de", "da"],
        Data = new() { Sources = [first with { HeldOutPerLanguagePair = heldOut }, .. others] },
    });

    private static RunData BuiltIn(double unseen, ulong seed = 1) => new(TinyRecipe.Bind(
        "languages=[en, de, fr, es, ru]",
        "data.sources=[{kind: builtin, pairsPerLanguagePair: 5}]",
        string.Create(CultureInfo.InvariantCulture, $"data.unseenPairs={unseen}"),
        string.Create(CultureInfo.InvariantCulture, $"seed={seed}")));
}
