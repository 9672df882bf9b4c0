using Llamax.Corpus.Building;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Statistics;
using Llamax.Corpus.Tests.Packing;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;

namespace Llamax.Corpus.Tests.Statistics;

public sealed class CorpusSurveyTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Texts_are_counted_by_language_direction_and_source()
    {
        var statistics = Survey(
            Pair("en", "zh", "one two", "一二三", "a.tsv:1"),
            Pair("en", "zh", "One, two!", "一二三。", "b.tsv:1"),
            Pair("zh", "en", "四", "four", "a.tsv:2"),
            new(EntryKind.Monolingual, "en", "", [new("tea 🍵 мир мир мир", true)], "a.txt:9"));
        Assert.Equal((4, 1), (statistics.Items, statistics.Repeated));
        Assert.Equal(["en", "zh"], statistics.Languages.Select(language => language.Code));
        var (english, chinese) = (statistics.Languages[0], statistics.Languages[1]);
        Assert.Equal((4, 7 + 9 + 4 + 17), (english.Texts, english.Characters.Sum));
        Assert.Equal(2 + 2 + 1 + 5, english.Words!.Sum);
        Assert.Null(chinese.Words);
        Assert.Equal([new("Latn", 3), new("Cyrl", 1)], english.Scripts);
        Assert.Equal(
            [(EntryKind.Monolingual, "en", "", 1L, 0L), (EntryKind.Parallel, "en", "zh", 2, 1), (EntryKind.Parallel, "zh", "en", 1, 0)],
            statistics.Directions.Select(one => (one.Kind, one.Source, one.Target, one.Items, one.Repeated)));
        Assert.Equal([("a.tsv", 2L), ("a.txt", 1), ("b.tsv", 1)], statistics.Sources.Select(source => (source.Name, source.Items)));
        Assert.Equal(2, statistics.Sources[0].ByLanguage["zh"]);
        Assert.Equal(
            [new MixSource("en", EntryKind.Monolingual, 1), new("en", EntryKind.Parallel, 2), new("zh", EntryKind.Parallel, 1)],
            statistics.MixSources);
    }

    [Fact]
    public void Tokens_are_those_of_the_tokenizer_and_not_there_without_one()
    {
        var entries = RandomEntries.Draw(3, 3000, longestWord: 6);
        var tokenizer = new CharacterTokenizer();
        var counted = new CorpusSurvey(tokenizer, SilentEvents.Instance).Run(entries.Select(CorpusItem.Of));
        Assert.Equal(
            entries.Sum(entry => entry.Segments.Sum(segment => (long)tokenizer.Encode(segment.Text).Length)),
            counted.Languages.Sum(language => language.Tokens!.Sum));
        Assert.All(Survey([.. entries]).Languages, language => Assert.Null(language.Tokens));
    }

    [Fact]
    public void Samples_are_few_and_the_same_whenever_they_are_drawn()
    {
        TrainingEntry[] entries = [.. RandomEntries.Draw(5, 4000, longestWord: 4)];
        var samples = Survey(entries).Samples;
        Assert.Equal(samples.Select(sample => sample.Origin), Survey(entries).Samples.Select(sample => sample.Origin));
        Assert.All(samples.CountBy(sample => sample.Source), language => Assert.Equal(3, language.Value));
        Assert.Contains(samples, sample => entries.Take(1000).All(entry => entry.Origin != sample.Origin));
    }

    [Fact]
    public void A_histogram_knows_sum_and_median_and_its_doublings_hold_every_text()
    {
        var (lengths, draws) = (new LengthHistogram(), new Draws(1, "lengths"));
        List<int> all = [.. Enumerable.Range(0, 5000).Select(i => draws.Below(1 + draws.Below(3000, i), i, 1))];
        all.ForEach(lengths.Add);
        all.Sort();
        Assert.Equal(all.Sum(length => (long)length), lengths.Sum);
        foreach (var share in (double[])[0.01, 0.25, 0.5, 0.95, 1])
        {
            var exact = all[(int)Math.Ceiling(share * all.Count) - 1];
            Assert.InRange(lengths.Quantile(share), exact / 1.1, exact);
        }

        var octaves = lengths.Octaves();
        for (var octave = 1; octave < octaves.Count; octave++)
            Assert.Equal(all.Count(length => length >= 1 << (octave - 1) && length < 1 << octave), octaves[octave]);
        Assert.Equal(all.Count(length => length == 0), octaves[0]);
    }

    public static TheoryData<TrainingSetOptions, bool> Algorithms { get; } = new()
    {
        { new(), false },
        { new() { Format = ParallelFormat.Split }, false },
        { new() { Epochs = 3, PairsPerLanguagePair = 450, MonolingualPerLanguage = 50 }, false },
        { new() { Augmentation = AugmentationBase.Monolingual }, false },
        { new() { Augmentation = AugmentationBase.None }, false },
        { new(), true },
        { new() { KeepTranslated = true, Epochs = 2 }, true },
    };

    [Theory]
    [MemberData(nameof(Algorithms), DisableDiscoveryEnumeration = true)]
    public void What_Algorithm_1_will_make_is_expected_as_it_makes_it(TrainingSetOptions algorithm, bool hasG)
    {
        var options = algorithm with { ReplicateBelow = 1000, AugmentBelow = 500 };
        var lexicon = MultilingualLexicon.Build([new("en", "dog", "de", "Hund"), new("de", "Hund", "en", "dog"), new("ha", "kare", "en", "dog")]);
        Corpus.Reading.SentencePair Sentence(int i) => new($"dog {i}", $"kare {i}", $"x:{i}");
        var sources = new TrainingSources
        {
            English = Enumerable.Range(0, 2000).Select(i => new Corpus.Reading.TextLine($"for g {i}", $"g:{i}")),
            Monolingual = [new("ha", Enumerable.Range(0, 70).Select(i => new Corpus.Reading.TextLine($"line {i}", $"m:{i}")))],
            Parallel =
            [
                new("en", "ha", Enumerable.Range(0, 300).Select(Sentence)), new("ha", "en", Enumerable.Range(0, 100).Select(Sentence)),
                new("en", "de", Enumerable.Range(0, 2000).Select(Sentence)), new("de", "ha", Enumerable.Range(0, 800).Select(Sentence)),
            ],
        };
        var counted = Survey(
            [
                .. Enumerable.Range(0, 70).Select(i => new TrainingEntry(EntryKind.Monolingual, "ha", "", [new("x", true)], "m:1")),
                .. sources.Parallel.SelectMany(source => source.Pairs
                    .Select(_ => Pair(source.Source, source.Target, "a", "b", "p:1"))),
            ]);
        var expected = ExpectedEntries.Of(
            counted.Directions, options, hasG ? [("en", "ha"), ("en", "de"), ("de", "ha")] : []);
        var made = new TrainingSetBuilder(options, lexicon, null, hasG ? new Echo() : null).Write(
            _folder.Path, "entries", sources, TestContext.Current.CancellationToken);
        var real = made.Counts.GroupBy(count => (count.Source, count.Kind)).ToDictionary(group => group.Key, group => group.Sum(one => one.Entries));
        Assert.Equal(real.Keys.Order(), expected.Select(one => (one.Language, one.Kind)).Order());
        Assert.Equal(real.Values.Sum(), expected.Sum(one => one.Entries));
        Assert.All(expected, one => Assert.InRange(real[(one.Language, one.Kind)] / (double)one.Entries, 0.95, 1.05));
    }

    [Fact]
    public void Removed_lines_are_counted_from_a_report_or_from_the_lines_themselves()
    {
        var report = _folder.Write("a.tsv.report.json", """
            {"read": 9, "kept": 6, "removed": {"empty": {"count": 1, "samples": []},
             "leastScript": {"count": 2, "samples": [{"origin": "a.tsv:3", "source": "x", "target": "y"}]}}}
            """);
        var lines = _folder.Write("rejected.jsonl", """
            {"reason": "leastScript", "file": "b.tsv", "line": 4, "source": "p", "target": "q"}
            {"reason": "mostUrl", "file": "b.txt", "line": 5, "text": "t"}
            """);
        Assert.Equal(report, RemovedReport.Beside(_folder["a.tsv"]));
        var sum = RemovedReport.Sum([RemovedReport.Read(report), RemovedReport.Read(lines)]);
        Assert.Equal([("leastScript", 3L), ("empty", 1), ("mostUrl", 1)], sum.Select(reason => (reason.Reason, reason.Count)));
        Assert.Equal(["a.tsv:3", "b.tsv:4"], sum[0].Samples.Select(sample => sample.Origin));
        Assert.Equal(["t"], sum[2].Samples[0].Texts);
        var broken = _folder.Write("broken.jsonl", "{\"reason\": \"empty\"}\nnothing\n");
        Assert.Contains("broken.jsonl:2", Assert.Throws<RequestException>(() => RemovedReport.Read(broken)).Message, StringComparison.Ordinal);
        foreach (var text in (string[])["", "[]", "{}", "{\"removed\": 1}", "{\"removed\": {\"a\": {\"count\": \"x\"}}}"])
            Assert.Throws<RequestException>(() => RemovedReport.Read(_folder.Write("bad.report.json", text)));
    }

    [Fact]
    public void A_built_set_is_told_from_other_files()
    {
        TrainingSetFile.Write(_folder["built.parquet"], [Pair("en", "de", "a", "b", "x:1")]);
        Assert.True(BuiltSets.IsOne(_folder["built.parquet"]));
        Assert.False(BuiltSets.IsOne(_folder.Write("a.tsv", "a\tb\n")));
        Assert.Throws<RequestException>(() => BuiltSets.IsOne(_folder.Write("a.parquet", "no")));
    }

    private static TrainingEntry Pair(string source, string target, string left, string right, string origin) =>
        new(EntryKind.Parallel, source, target, [new(left, true), new(right, true)], origin);

    private static CorpusStatistics Survey(params TrainingEntry[] entries) =>
        new CorpusSurvey(null, SilentEvents.Instance).Run(entries.Select(CorpusItem.Of));

    /// <summary>A g that knows every language.</summary>
    private sealed class Echo : ISentenceTranslator
    {
        public string Fingerprint => "echo";

        public void Require(string source, string target)
        {
        }

        public IReadOnlyList<string?> Translate(
            IReadOnlyList<string> sentences, string source, string target, CancellationToken cancellation) =>
            [.. sentences.Select(sentence => $"{target} {sentence}")];
    }
}
