using System.Text.Json.Nodes;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Deduplication;

public sealed class DecontaminatorTests : IDisposable
{
    private const string Long = "the committee of the regional assembly met twice in the old capital to discuss the budget";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Equal_sentences_and_long_common_parts_go_and_short_common_parts_stay()
    {
        var (result, report) = Run([
            "Good day!\tSannu",                                                                   // equal, on the source side
            $"x\tYesterday {Long[4..72]} for a long time",                                        // ten words of the long one, target side
            "the committee of the regional assembly met twice in a café\tnine words in common",
            "something else\twani abu",
        ]);
        Assert.Equal(2, result.Kept);
        Assert.Equal((4, 2), ((int)report["pairs"]!, (int)report["pairsHit"]!));
        var set = Assert.Single(report["sets"]!.AsArray())!;
        Assert.Equal((3, 2, 1, 1), ((int)set["sentences"]!, (int)set["hit"]!, (int)set["equal"]!, (int)set["overlapping"]!));
        Assert.Equal("good day", (string?)set["examples"]![1]!["test"]);
        Assert.True((bool)set["examples"]![1]!["equal"]!);
    }

    [Fact]
    public void Text_without_spaces_is_compared_by_letters()
    {
        const string Test = "委员会上周在旧首都开了两次会讨论来年的预算并且选举了新的主席和两位副主席";
        var (result, _) = Run([$"a\t据报道{Test[2..30]}等等", $"b\t据报道{Test[2..20]}等等"], Test);
        Assert.Equal(1, result.Kept);
    }

    [Fact]
    public void A_report_without_removal_keeps_every_pair()
    {
        var (result, report) = Run(["good day\tSannu", "a\tb"], options: new() { ReportOnly = true });
        Assert.Equal((2, 1), (result.Kept, result.Removed[0].Value));
        Assert.False((bool)report["removed"]!);
        Assert.Equal(1, (int)report["sets"]![0]!["hit"]!);
    }

    [Fact]
    public void Shards_give_the_report_of_one_process()
    {
        string[] lines = [.. Enumerable.Range(0, 5000).Select(i => i % 700 == 3 ? $"{Long} {i}\tx" : i == 4500 ? "good day\tx"
            : $"line {i}\ty")];
        Run(lines);
        var whole = File.ReadAllBytes(_folder["out", "report.json"]);
        var (request, decontaminator) = (Request(lines), new Decontaminator([Test()], new()));
        foreach (var number in (int[])[3, 1, 2])
            Assert.Null(Step(request with { Shard = new(number, 3) }));
        Step(request with { Merge = 3 });
        Assert.Equal(whole, File.ReadAllBytes(_folder["out", "3.json"]));

        StepReport? Step(StepRequest step) =>
            decontaminator.Run(step, _folder["out", "3.json"], new(), SilentEvents.Instance, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("flores101 devtest", 2 * 1012)]
    [InlineData("flores200 dev", 2 * 997)]
    [InlineData("tico19", 2 * 3071)]
    [InlineData("mafand dev", 2 * 1300)]
    public void Every_sentence_of_a_test_set_is_read(string set, int sentences)
    {
        var texts = TestText.In(Goldens.Data, [LanguageRegistry.Find("en"), LanguageRegistry.Find("ha")]).Where(text => text.Set == set);
        Assert.InRange(texts.Sum(text => text.Sentences().Count(line => line.Text.Length > 0)), sentences * 0.9, sentences * 10);
    }

    [Fact]
    public void Every_test_set_of_the_mirror_is_compared_in_the_corpus_languages()
    {
        var texts = TestText.In(Goldens.Data, [LanguageRegistry.Find("en"), LanguageRegistry.Find("ha")]).ToList();
        string[] expected =
            ["flores101 dev", "flores101 devtest", "flores200 devtest", "ntrex", "tico19", "tatoeba", "massive test", "mafand test"];
        Assert.Subset(texts.Select(text => text.Set).ToHashSet(), expected.ToHashSet());
        var flores = FloresSuite.Open101(Goldens.DataPath("flores101"));
        var sentence = flores.Sentences(LanguageRegistry.Find("ha"), "devtest")[7];
        var verdict = new Decontaminator(texts, new()).Judge(new("x", sentence + " Kuma haka.", ""), new());
        Assert.Equal("flores101 devtest", verdict.Reason);
    }

    [Theory]
    [InlineData("wmt23", "en-de.refA.de.gz")]
    [InlineData("wmt", "en-de.ref.refA.de.gz")]
    public void Sources_and_references_of_wmt_are_compared(string set, string file)
    {
        var texts = TestText.In(Goldens.Data, [LanguageRegistry.Find("de"), LanguageRegistry.Find("ha")]).Where(text => text.Set == set);
        var text = Assert.Single(texts);
        Assert.Equal("de", text.Language!.Code);
        var lines = CorpusInput.Open(Goldens.DataPath(set, file)).Lines(new(), TestContext.Current.CancellationToken)
            .Select(line => line.Text).ToList();
        var verdict = new Decontaminator([text], new()).Judge(new("x", lines[3], ""), new());
        Assert.Equal(set, verdict.Reason);
        Assert.True(text.Sentences().Count() > lines.Count);
    }

    [Fact]
    public void No_test_sentences_are_an_error() =>
        Assert.Contains("--test", Assert.Throws<RequestException>(() => new Decontaminator([], new())).Message, StringComparison.Ordinal);

    private (StepReport Result, JsonNode Report) Run(string[] lines, string test = Long, DecontaminationOptions? options = null)
    {
        var path = _folder["out", "report.json"];
        var result = new Decontaminator([Test(test)], options ?? new())
            .Run(Request(lines), path, new(), SilentEvents.Instance, TestContext.Current.CancellationToken)!;
        return (result, JsonNode.Parse(File.ReadAllText(path))!);
    }

    private TestText Test(string sentence = Long) =>
        TestText.OfFile(_folder.Write("test.txt", $"{sentence}\ngood day\nI am not in the corpus\n"));

    private StepRequest Request(string[] lines) => new()
    {
        Command = "corpus decontaminate",
        Inputs = StepInput.OpenAll(_folder.Write("pairs.tsv", string.Join('\n', lines)), isParallel: true),
        Output = _folder["out", "kept.tsv"],
    };
}
