using Llamax.Evaluation.Directions;
using Llamax.Evaluation.Suites;
using Llamax.Metrics.Bleu;
using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Metrics.Chrf;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;

namespace Llamax.Evaluation.Tests.Directions;

public sealed class DirectionMatrixTests
{
    private static readonly (string Language, string[] Lines)[] Lines =
    [
        ("en", ["the cat sat on the mat", "yes"]),
        ("de", ["die Katze lag auf der Matte", "yes"]),
        ("ru", ["кот сидел на коврике", "да"]),
    ];

    private static readonly TestSet Tests = new(
        "toy",
        from source in Lines
        from target in Lines
        where source != target
        select new TestDirection(
            source.Language, target.Language, source.Lines, target.Lines, trained: source.Language == "en" || target.Language == "en"));

    private static readonly MatrixOptions OneByOne = new() { SentencesTogether = 1 };

    [Fact]
    public void Directions_translated_together_leave_the_same_results_as_one_by_one()
    {
        using var together = new TemporaryFolder();
        using var oneByOne = new TemporaryFolder();
        var toy = Toy();
        new DirectionMatrix(together.Path, new() { SentencesTogether = 3 }).Run(toy, Tests, TestContext.Current.CancellationToken);
        new DirectionMatrix(oneByOne.Path, OneByOne).Run(Toy(), Tests, TestContext.Current.CancellationToken);
        Assert.Equal(["en-de en-ru", "de-en de-ru", "ru-en ru-de"], toy.Calls);
        foreach (var file in Directory.GetFiles(oneByOne.Path))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(together.Path, Path.GetFileName(file))));
        var loaded = new DirectionMatrix(together.Path).Load("toy", Tests);
        Assert.Equal(Tests.Directions.Select(d => d.ToString()), loaded.Directions.Select(d => $"{d.Source}→{d.Target}"));
        File.Delete(Path.Combine(together.Path, "ru-de.json"));
        Assert.Contains(
            "was not evaluated",
            Assert.Throws<RequestException>(() => new DirectionMatrix(together.Path).Load("toy", Tests)).Message);
    }

    [Fact]
    public void Every_direction_is_scored_as_the_metrics_score_it()
    {
        using var folder = new TemporaryFolder();
        var result = new DirectionMatrix(folder.Path).Run(new CopyTranslator(), Tests, TestContext.Current.CancellationToken);

        Assert.Equal(["en-de", "en-ru", "de-en", "de-ru", "ru-en", "ru-de"], result.Directions.Select(d => $"{d.Source}-{d.Target}"));
        var first = result.Directions[0];
        Assert.Equal(["chrF2++", "BLEU"], first.Scores.Select(s => s.Metric));
        var expected = new ChrfMetric(new() { WordOrder = 2 });
        Assert.Equal(
            Metrics.MetricScoring.CorpusScore(expected, Tests.Directions[0].SourceLines, Tests.Directions[0].References).Score,
            first.ScoreOf("chrF2++"));
        Assert.Equal("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:2.6.0", first.Scores[1].Signature);
        Assert.Equal(0.5, first.ExactShare);
        Assert.Equal(0, first.WrongScriptShare);
        Assert.Equal(1, result.Directions[1].WrongScriptShare);
        Assert.Equal(
            [DirectionGroup.FromEnglish, DirectionGroup.FromEnglish, DirectionGroup.IntoEnglish, DirectionGroup.UnseenOthers,
                DirectionGroup.IntoEnglish, DirectionGroup.UnseenOthers],
            result.Directions.Select(d => d.Group));
        Assert.Equal(
            (result.Directions[2].ScoreOf("BLEU") + result.Directions[4].ScoreOf("BLEU")) / 2,
            result.MeanOf("BLEU", DirectionGroup.IntoEnglish));
        Assert.Null(result.MeanOf("BLEU", DirectionGroup.TrainedOthers));
    }

    [Fact]
    public void A_run_cut_off_goes_on_where_it_was_and_leaves_the_same_bytes()
    {
        using var undisturbed = new TemporaryFolder();
        using var resumed = new TemporaryFolder();
        new DirectionMatrix(undisturbed.Path).Run(Toy(), Tests, TestContext.Current.CancellationToken);

        var killed = new ToyTranslator(Upper) { FailAtCall = 2 };
        Assert.Throws<OperationCanceledException>(
            () => new DirectionMatrix(resumed.Path, OneByOne).Run(killed, Tests, TestContext.Current.CancellationToken));
        var second = Toy();
        new DirectionMatrix(resumed.Path, OneByOne).Run(second, Tests, TestContext.Current.CancellationToken);

        Assert.Equal(["de-en", "de-ru", "ru-en", "ru-de"], second.Calls);
        Assert.Equal(6, Directory.GetFiles(resumed.Path).Length);
        foreach (var file in Directory.GetFiles(undisturbed.Path))
            Assert.Equal(File.ReadAllBytes(file), File.ReadAllBytes(Path.Combine(resumed.Path, Path.GetFileName(file))));
    }

    [Fact]
    public void A_finished_direction_is_translated_again_only_when_the_system_changed()
    {
        using var folder = new TemporaryFolder();
        new DirectionMatrix(folder.Path).Run(Toy(), Tests, TestContext.Current.CancellationToken);

        var same = Toy();
        var characters = new MatrixOptions { Metrics = [new BleuMetric(new() { Tokenizer = new CharacterTokenizer() })] };
        var rescored = new DirectionMatrix(folder.Path, characters).Run(same, Tests, TestContext.Current.CancellationToken);
        Assert.Empty(same.Calls);
        Assert.Contains("tok:char", rescored.Directions[0].Scores[0].Signature);

        var other = new ToyTranslator(Upper, fingerprint: "another model");
        new DirectionMatrix(folder.Path, OneByOne).Run(other, Tests, TestContext.Current.CancellationToken);
        Assert.Equal(6, other.Calls.Count);
    }

    [Fact]
    public void Empty_translations_are_counted_aloud()
    {
        using var folder = new TemporaryFolder();
        var events = new RecordedWarnings();
        var system = new ToyTranslator(s => s == "yes" ? " " : s);
        new DirectionMatrix(folder.Path, events: events).Run(system, Tests, TestContext.Current.CancellationToken);
        Assert.EndsWith(": 4 of 12 translations are empty, the most in en→de", Assert.Single(events.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_result_file_is_named_with_its_mend()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "en-de.json");
        File.WriteAllText(path, "{ \"source\": \"en\" }");
        var error = Assert.Throws<RequestException>(
            () => new DirectionMatrix(folder.Path).Run(Toy(), Tests, TestContext.Current.CancellationToken));
        Assert.Equal(path, error.Where);
        Assert.Equal("delete it, and the direction is run again", error.Mend);
    }

    [Fact]
    public void Two_metrics_of_one_name_are_refused()
    {
        var error = Assert.Throws<RequestException>(
            () => new DirectionMatrix("unused", new() { Metrics = [new BleuMetric(), new BleuMetric(new() { Lowercase = true })] }));
        Assert.Contains("metrics = BLEU: is there twice", error.Message);
        Assert.Contains(
            "must name at least one", Assert.Throws<RequestException>(() => new DirectionMatrix("unused", new() { Metrics = [] })).Message);
    }

    private sealed class RecordedWarnings : IRunEvents
    {
        public List<string> Warnings { get; } = [];

        public IRunStep Begin(string name, long total, string unit) => SilentEvents.Instance;

        public void Measure(string name, double value, long step)
        {
        }

        public void Note(string message)
        {
        }

        public void Warn(string message) => Warnings.Add(message);
    }

    private static ToyTranslator Toy() => new(Upper);

    private static string Upper(string sentence) => sentence.ToUpperInvariant();
}
