using System.Globalization;
using Llamax.Corpus.Building;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Building;

/// <summary>Algorithm 1 whole: formats, epochs, subsets, and g.</summary>
public sealed class AlgorithmOneTests : IDisposable
{
    private const int Below = 60;

    private static readonly MultilingualLexicon _lexicon = MultilingualLexicon.Build([
        new("en", "line", "de", "zeile"), new("ha", "layi", "de", "zeile"), new("sw", "mstari", "en", "line"),
    ]);

    private static readonly TrainingSetOptions _small = new() { ReplicateBelow = Below, AugmentBelow = Below };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Small_pairs_are_filled_up_to_the_threshold_by_what_g_translates_and_large_ones_are_left_alone()
    {
        var g = new Toy();
        var set = Write("set", _small, g);
        Assert.Equal(
            [("en", "ha", 20L, 40, 40L, 120L), ("en", "sw", 80L, 0, 0L, 0L), ("ha", "sw", 0L, 60, 60L, 120L)],
            set.Pairs.Select(pair => (pair.Source, pair.Target, pair.Drawn, pair.English, pair.Translated, pair.Augmented)));
        Assert.Equal(new EnglishAccount(60, 60, 300), set.English);
        var entries = Entries("set");
        Assert.Equal((20 * 3) + 80, entries.Count(entry => entry.Kind == EntryKind.Parallel));
        Assert.DoesNotContain(entries, entry => entry.Kind == EntryKind.Pivot);

        // A pair without English is (g_s(x), g_t(x)); its target stays as g said it, the loss is on it alone.
        var swahili = entries.Where(entry => entry is { Kind: EntryKind.Augmented, Source: "ha", Target: "sw" }).ToList();
        Assert.Equal(60, swahili.Count);
        Assert.All(swahili, entry => Assert.StartsWith("sw: line", entry.Segments[1].Text, StringComparison.Ordinal));
        Assert.All(swahili, entry => Assert.Equal([false, true], entry.Segments.Select(segment => segment.HasLoss)));
        Assert.All(swahili, entry => Assert.StartsWith("g(en.txt:", entry.Origin, StringComparison.Ordinal));

        // Each English line goes into each language once, however many pairs it serves.
        Assert.Equal(g.Asked.Count, g.Asked.Distinct().Count());
        Assert.Equal(["ha", "sw"], g.Asked.Select(asked => asked.Target).Distinct().Order());
    }

    [Fact]
    public void English_for_g_is_neither_monolingual_text_of_the_set_nor_held_out_but_for_case_and_punctuation()
    {
        var g = new Toy();
        Write("set", _small with { MonolingualPerLanguage = 100 }, g);
        var mono = Entries("set").Where(entry => entry is { Kind: EntryKind.Monolingual, Source: "en" })
            .Select(entry => Folded(entry.Segments[0].Text)).ToHashSet();
        var given = g.Asked.Select(asked => Folded(asked.Text)).ToHashSet();
        Assert.Equal((100, 60), (mono.Count, given.Count));
        Assert.Empty(mono.Intersect(given));
        Assert.DoesNotContain(given, text => HeldOut.Any(sentence => Folded(sentence) == text));
    }

    [Fact]
    public void Too_little_english_is_said_in_a_warning_and_in_the_manifest()
    {
        var events = new RecordedEvents();
        var sources = Sources() with { English = English.Take(50) };
        var set = new TrainingSetBuilder(_small, _lexicon, events, new Toy()).Write(
            _folder["set"], "train", sources, TestContext.Current.CancellationToken);
        Assert.Equal((60, 24), (set.English!.Wanted, set.English.Drawn));
        Assert.Contains(events.Warnings, warning => warning.Contains("60 lines wanted, 24 drawn of 48", StringComparison.Ordinal));
        var none = Assert.Throws<RequestException>(() =>
            new TrainingSetBuilder(_small, _lexicon, null, new Toy()).Write(
                _folder["none"], "train", sources with { English = [] }, TestContext.Current.CancellationToken));
        Assert.Contains("no English text", none.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_g_made_is_kept_as_it_is_only_where_that_is_asked_for()
    {
        Write("set", _small with { KeepTranslated = true }, new Toy());
        var pivot = Entries("set").Where(entry => entry.Kind == EntryKind.Pivot).ToList();
        Assert.Equal(40 + 60, pivot.Count);
        Assert.All(pivot, entry => Assert.All(entry.Segments, segment => Assert.True(segment.HasLoss)));
        Assert.InRange(pivot.Count(entry => entry.Target == "sw"), 15, 45);
    }

    [Fact]
    public void What_g_cannot_translate_is_left_out_and_a_language_that_it_does_not_know_is_refused()
    {
        var set = Write("set", _small, new Toy { Fails = text => text.EndsWith('7') });
        Assert.InRange(set.Pairs[0].Translated, 20, 39);
        var error = Assert.Throws<RequestException>(() => Write("other", _small, new Toy { Unknown = "sw" }));
        Assert.Contains("no sw", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Epochs_follow_one_another_with_the_same_sentences_in_other_directions_words_and_orders()
    {
        var options = _small with { MonolingualPerLanguage = 30, PairsPerLanguagePair = 50 };
        Write("both", options with { Epochs = 2 }, new Toy());
        var both = Entries("both");
        var (first, second) = (both[..(both.Count / 2)], both[(both.Count / 2)..]);
        Write("first", options, new Toy());
        Write("second", options with { Epoch = 1 }, new Toy());
        Assert.Equal(Entries("first").Select(Flat), first.Select(Flat));
        Assert.Equal(Entries("second").Select(Flat), second.Select(Flat));
        Assert.NotEqual(first.Select(entry => entry.Origin), second.Select(entry => entry.Origin));
        Assert.Equal(Learnt(first), Learnt(second));
        Assert.NotEqual(Switched(first), Switched(second));

        static IEnumerable<string> Learnt(List<TrainingEntry> entries) => entries.Where(entry => entry.Kind != EntryKind.Augmented)
            .Select(entry => string.Join('|', entry.Segments.Select(segment => segment.Text).Order(StringComparer.Ordinal)))
            .Order(StringComparer.Ordinal);
        static IEnumerable<string> Switched(List<TrainingEntry> entries) => entries.Where(entry => entry.Kind == EntryKind.Augmented)
            .Select(Flat).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void The_split_format_holds_the_same_sentences_each_alone()
    {
        Write("connected", _small with { Augmentation = AugmentationBase.None }, null);
        Write("split", _small with { Augmentation = AugmentationBase.None, Format = ParallelFormat.Split }, null);
        Assert.Equal(Sentences("connected"), Sentences("split"));
        Assert.All(Entries("split").Where(entry => entry.Kind != EntryKind.Instruction), entry => Assert.Equal(
            (EntryKind.Monolingual, 1), (entry.Kind, entry.Segments.Count)));
        var order = Entries("split").Where(entry => entry.Origin == "en-ha:3").ToList();
        Assert.Equal(["en", "en", "en", "ha", "ha", "ha"], order.Select(entry => entry.Source).Order());

        IEnumerable<string> Sentences(string folder) => Entries(folder)
            .SelectMany(entry => entry.Segments).Select(segment => segment.Text).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void Monolingual_augmentation_changes_lines_of_languages_with_a_small_pair_and_learns_both_sides()
    {
        Write("set", _small with { Augmentation = AugmentationBase.Monolingual, AugmentBelow = 30 }, null);
        var augmented = Entries("set").Where(entry => entry.Kind == EntryKind.Augmented).ToList();
        Assert.Equal([("en", 30), ("ha", 30), ("sw", 30)], augmented.CountBy(entry => entry.Source).Select(one => (one.Key, one.Value)).Order());
        Assert.All(augmented, entry => Assert.Equal((entry.Source, 2), (entry.Target, entry.Segments.Count(segment => segment.HasLoss))));
        Assert.Contains(augmented, entry => entry.Segments[0].Text.StartsWith("zeile", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Shards_merged_are_the_bytes_of_one_process(int shards)
    {
        var options = _small with { Epochs = 2, KeepTranslated = true };
        var whole = Write("whole", options, new Toy());
        var g = new Toy();
        var builder = new TrainingSetBuilder(options, _lexicon, null, g);
        if (shards > 1)
            Assert.Contains("--phase translate", Assert.Throws<RequestException>(() =>
            {
                for (var i = 1; i <= shards; i++)
                    builder.WriteShard(_folder["set"], "train", Sources(), new(i, shards));
            }).Message, StringComparison.Ordinal);
        for (var i = shards; i > 0; i--)
            builder.Translate(_folder["set"], Sources(), new(i, shards), TestContext.Current.CancellationToken);
        Assert.Equal(g.Asked.Count, g.Asked.Distinct().Count());
        for (var i = shards; i > 0; i--)
            builder.WriteShard(_folder["set"], "train", Sources(), new(i, shards));
        var merged = builder.Merge(_folder["set"], "train", Sources(), shards);
        Assert.Equal(whole.Sha256, merged.Sha256);
        foreach (var file in (string[])["train.parquet", "manifest.json"])
            Assert.Equal(File.ReadAllBytes(_folder["whole", file]), File.ReadAllBytes(_folder["set", file]));
    }

    [Fact]
    public void Shards_of_other_options_damaged_ones_and_missing_ones_are_refused()
    {
        var builder = new TrainingSetBuilder(_small, _lexicon);
        builder.WriteShard(_folder.Path, "train", Sources(), new(1, 2));
        Assert.Contains("1 of 2 shards are missing", Refusal(), StringComparison.Ordinal);
        new TrainingSetBuilder(_small with { Epoch = 1 }, _lexicon).WriteShard(_folder.Path, "train", Sources(), new(2, 2));
        Assert.Contains("another request", Refusal(), StringComparison.Ordinal);
        builder.WriteShard(_folder.Path, "train", Sources(), new(2, 2));
        var path = _folder["train.shards", "2-of-2"];
        var good = File.ReadAllBytes(path);
        foreach (var length in (int[])[0, 10, good.Length / 2, good.Length - 3])
        {
            File.WriteAllBytes(path, good[..length]);
            Assert.Contains("2-of-2", Refusal(), StringComparison.Ordinal);
        }

        string Refusal() => Assert.Throws<RequestException>(() => builder.Merge(_folder.Path, "train", Sources(), 2)).Message;
    }

    [Fact]
    public void A_build_that_was_stopped_within_g_goes_on_and_ends_with_the_same_bytes_on_any_number_of_threads()
    {
        var whole = Write("whole", _small, new Toy());
        var stopping = new Toy { Fails = _ => throw new OperationCanceledException() };
        Assert.Throws<OperationCanceledException>(() => Write("set", _small, stopping));
        var again = new TrainingSetBuilder(_small, _lexicon, null, new Toy()) { Threads = 1 }.Write(
            _folder["set"], "train", Sources(), TestContext.Current.CancellationToken);
        Assert.Equal(whole.Sha256, again.Sha256);

        // What is there is not translated again; what a different g made, or other text, is.
        var idle = new Toy();
        Write("set", _small, idle);
        Assert.Empty(idle.Asked);
        var other = new Toy { Fingerprint = "other" };
        Write("set", _small, other);
        Assert.NotEmpty(other.Asked);
    }

    private static IEnumerable<string> HeldOut => ["LINE 3.", "line 17!"];

    private static IEnumerable<TextLine> English => Lines("en", "line", 302);

    private TrainingSetManifest Write(string folder, TrainingSetOptions options, ISentenceTranslator? g) =>
        new TrainingSetBuilder(options, _lexicon, null, g).Write(_folder[folder], "train", Sources());

    private List<TrainingEntry> Entries(string folder) => [.. TrainingSetFile.Read(_folder[folder, "train.parquet"])];

    private static TrainingSources Sources() => new()
    {
        Monolingual = [new("en", English), new("ha", Lines("ha", "layi", 70)), new("sw", Lines("sw", "mstari", 90))],
        Parallel = [new("en", "ha", Pairs("en", "ha", 20)), new("sw", "en", Pairs("sw", "en", 80)), new("ha", "sw", [])],
        Ready = [new(EntryKind.Instruction, "en", "ha", [new("prompt", false), new("answer", true)], "sft:1")],
        English = English,
        HeldOut = HeldOut,
        Fingerprint = "test",
    };

    private static IEnumerable<TextLine> Lines(string language, string word, int count) => Enumerable.Range(0, count)
        .Select(i => new TextLine(string.Create(CultureInfo.InvariantCulture, $"{word} {i}"), $"{language}.txt:{i}"));

    private static IEnumerable<SentencePair> Pairs(string source, string target, int count) => Enumerable.Range(0, count)
        .Select(i => new SentencePair($"{source} of {i}", $"{target} of {i}", $"{source}-{target}:{i}"));

    private static string Folded(string text) => string.Concat(text.Where(char.IsLetterOrDigit)).ToLowerInvariant();

    private static string Flat(TrainingEntry entry) =>
        $"{entry.Kind} {entry.Source} {entry.Target} {string.Join('|', entry.Segments)} {entry.Origin}";

    /// <summary>Writes the language in front of the sentence.</summary>
    private sealed class Toy : ISentenceTranslator
    {
        public string Fingerprint { get; init; } = "toy";

        public string Unknown { get; init; } = "";

        public Func<string, bool> Fails { get; init; } = _ => false;

        public List<(string Text, string Target)> Asked { get; } = [];

        public void Require(string source, string target)
        {
            if (target == Unknown)
                throw new RequestException($"no {target}", "toy");
        }

        public IReadOnlyList<string?> Translate(
            IReadOnlyList<string> sentences, string source, string target, CancellationToken cancellation)
        {
            Asked.AddRange(sentences.Select(sentence => (sentence, target)));
            return [.. sentences.Select(sentence => Fails(sentence) ? null : $"{target}: {sentence}")];
        }
    }
}
