using Llamax.Corpus.Building;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Building;

public sealed class TrainingSetBuilderTests : IDisposable
{
    private static readonly MultilingualLexicon _lexicon =
        MultilingualLexicon.Build([new("en", "word", "de", "Wort"), new("en", "word", "fr", "mot"), new("ha", "kalma", "en", "word")]);

    private static readonly TrainingSetOptions _small = new() { ReplicateBelow = 100, AugmentBelow = 100 };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_pair_below_the_threshold_is_replicated_and_augmented_in_both_directions()
    {
        var entries = Build(_small, Pairs("en", "ha", 99));
        Assert.Equal(3 * 99, entries.Count(entry => entry.Kind == EntryKind.Parallel));
        Assert.Equal(99, entries.Count(entry => entry is { Kind: EntryKind.Augmented, Source: "en", Target: "ha" }));
        Assert.Equal(99, entries.Count(entry => entry is { Kind: EntryKind.Augmented, Source: "ha", Target: "en" }));
    }

    [Fact]
    public void A_pair_at_the_threshold_appears_once_and_is_not_augmented()
    {
        var entries = Build(_small, Pairs("en", "ha", 100));
        Assert.Equal(100, entries.Count);
        Assert.All(entries, entry => Assert.Equal(EntryKind.Parallel, entry.Kind));
    }

    [Fact]
    public void Sources_of_both_orders_count_together()
    {
        var entries = Build(_small, Pairs("en", "ha", 60), Pairs("ha", "en", 40));
        Assert.Equal(100, entries.Count);
    }

    [Fact]
    public void Each_pair_and_each_replica_draws_its_own_direction_evenly()
    {
        var entries = Build(_small with { AugmentBelow = 0, ReplicateBelow = 5000 }, Pairs("en", "ha", 2000));
        Assert.InRange(entries.Count(entry => entry.Source == "en"), 2850, 3150);
        var directionsOfAPair = entries.GroupBy(entry => entry.Origin).Select(replicas => replicas.Count(entry => entry.Source == "en"))
            .CountBy(n => n).ToDictionary();
        Assert.InRange(directionsOfAPair[0], 190, 310);
        Assert.InRange(directionsOfAPair[1], 660, 840);
    }

    [Fact]
    public void A_parallel_entry_is_learnt_whole_and_an_augmented_one_in_its_target()
    {
        foreach (var entry in Build(_small, Pairs("en", "ha", 30)))
        {
            Assert.Equal([entry.Kind == EntryKind.Parallel, true], entry.Segments.Select(segment => segment.HasLoss));
            var number = entry.Origin.Split(':')[1];
            var (source, target) = entry.Source == "en" ? ($"Word {number}", $"Kalma {number}") : ($"Kalma {number}", $"Word {number}");
            Assert.Equal(target, entry.Segments[1].Text);
            if (entry.Kind == EntryKind.Parallel)
                Assert.Equal(source, entry.Segments[0].Text);
            else
                Assert.Contains(entry.Segments[0].Text,
                    (string[])[source.ToLowerInvariant(), $"wort {number}", $"mot {number}", $"word {number}", $"kalma {number}"]);
        }
    }

    [Fact]
    public void Another_epoch_draws_again_and_the_same_one_repeats_itself()
    {
        var first = Build(_small, Pairs("en", "ha", 50));
        Assert.Equal(Texts(first), Texts(Build(_small, Pairs("en", "ha", 50))));
        Assert.NotEqual(Texts(first), Texts(Build(_small with { Epoch = 1 }, Pairs("en", "ha", 50))));
        Assert.NotEqual(Texts(first), Texts(Build(_small with { Seed = 2 }, Pairs("en", "ha", 50))));
    }

    [Fact]
    public void Other_language_pairs_do_not_change_the_draws_of_a_pair()
    {
        var alone = Build(_small, Pairs("en", "ha", 50));
        var together = Build(_small, Pairs("de", "en", 70), Pairs("en", "ha", 50))
            .Where(entry => entry.Origin.StartsWith("en-ha", StringComparison.Ordinal));
        Assert.Equal(Texts(alone), Texts(together));
    }

    [Fact]
    public void A_language_without_entities_is_not_augmented_and_that_is_said()
    {
        var events = new RecordedEvents();
        var entries = new TrainingSetBuilder(_small, _lexicon, events).Build(new() { Parallel = [Pairs("en", "zu", 5)] }, new()).ToList();
        Assert.DoesNotContain(entries, entry => entry is { Kind: EntryKind.Augmented, Source: "zu" });
        Assert.Contains("with zu as source", Assert.Single(events.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_sources_give_the_same_file_and_an_honest_manifest()
    {
        var manifest = WriteAll("a", _small);
        Assert.Equal(manifest.Sha256, WriteAll("b", _small).Sha256);
        Assert.Equal(40 + (3 * 20) + 40 + 1, manifest.Entries);
        Assert.Equal(1, manifest.EmptyLines);
        var account = Assert.Single(manifest.Pairs);
        Assert.Equal((21L, 1L, 3, 40L), (account.Pairs, account.EmptyPairs, account.Replicas, account.Augmented));
        Assert.Equal(40, account.KnownWords);
        Assert.Equal(account.Augmented - account.ReplacedWords, account.Unswitched);
        Assert.Equal((EntryKind.Monolingual, "ha", "", 40L), Short(manifest.Counts[0]));
        var json = File.ReadAllText(Path.Combine(_folder.Path, "a", "manifest.json"));
        Assert.Contains("\"kind\": \"mono\"", json, StringComparison.Ordinal);
        Assert.Contains("\"replicas\": 3", json, StringComparison.Ordinal);

        var read = TrainingSetFile.Read(Path.Combine(_folder.Path, "a", "train.parquet")).ToList();
        Assert.Equal(manifest.Counts.Select(Short), read
            .CountBy(entry => (entry.Kind, entry.Source, entry.Target))
                .Select(pair => (pair.Key.Kind, pair.Key.Source, pair.Key.Target, (long)pair.Value)).Order());
        Assert.Equal("sft:1", Assert.Single(read, entry => entry.Kind == EntryKind.Instruction).Origin);
        Assert.NotEqual(read.OrderBy(entry => entry.Kind), read);

        static (EntryKind, string, string, long) Short(EntryCount count) => (count.Kind, count.Source, count.Target, count.Entries);
    }

    [Fact]
    public void Requests_that_cannot_be_met_are_refused()
    {
        var shrinking = Pairs("en", "ha", 6).Pairs.ToList();
        var changed = Assert.Throws<RequestException>(() => Build(_small, new ParallelSource("en", "ha", Shrinking())));
        Assert.Contains("5 sentence pairs read, 6 counted before", changed.Message, StringComparison.Ordinal);

        IEnumerable<SentencePair> Shrinking()
        {
            foreach (var pair in shrinking.ToList())
                yield return pair;
            shrinking.RemoveAt(0);
        }

        Assert.Throws<RequestException>(() => Build(_small, Pairs("en", "en", 5)));
        Assert.Throws<RequestException>(() => new TrainingSetBuilder(_small, _lexicon).Write(
            _folder.Path, "a/b", new(), TestContext.Current.CancellationToken));
        var options = new TrainingSetOptions
        {
            Epoch = -1,
            ReplicateBelow = -1,
            Replicas = 0,
            AugmentBelow = -1,
            LinesKeptTogether = 0,
            Epochs = 0,
            MonolingualPerLanguage = 0,
            PairsPerLanguagePair = -1,
            CodeSwitch = new() { ReplacementRate = 2 },
        };
        var error = Assert.Throws<RequestException>(() => new TrainingSetBuilder(options, _lexicon));
        Assert.All(
            ["epoch", "replicateBelow", "replicas", "augmentBelow", "linesKeptTogether", "epochs", "monolingualPerLanguage",
                "pairsPerLanguagePair", "codeSwitch.replacementRate"],
            name => Assert.Contains(name, error.Message, StringComparison.Ordinal));
    }

    private TrainingSetManifest WriteAll(string folder, TrainingSetOptions options)
    {
        var pairs = Pairs("en", "ha", 20);
        return new TrainingSetBuilder(options, _lexicon).Write(Path.Combine(_folder.Path, folder), "train", new()
        {
            Monolingual = [new("ha",
                Enumerable.Range(0, 40).Select(i => new TextLine($"layi {i}", $"ha.txt:{i}")).Append(new(" ", "ha.txt:40")))],
            Parallel = [pairs with { Pairs = pairs.Pairs.Append(new("word", " ", "en-ha:20")) }],
            Ready = [new(EntryKind.Instruction, "en", "ha", [new("prompt", false), new("answer", true)], "sft:1")],
        });
    }

    private static List<TrainingEntry> Build(TrainingSetOptions options, params ParallelSource[] sources) =>
        [.. new TrainingSetBuilder(options, _lexicon).Build(new() { Parallel = sources }, new())];

    private static ParallelSource Pairs(string source, string target, int count) => new(
        source, target, Enumerable.Range(0, count)
            .Select(i => new SentencePair(Word(source, i), Word(target, i), $"{source}-{target}:{i}")));

    private static string Word(string language, int number) => language == "ha" ? $"Kalma {number}" : $"Word {number}";

    private static IEnumerable<string> Texts(IEnumerable<TrainingEntry> entries) =>
        entries.Select(entry => $"{entry.Kind} {entry.Source} {entry.Target} {string.Join('|', entry.Segments)}");
}
