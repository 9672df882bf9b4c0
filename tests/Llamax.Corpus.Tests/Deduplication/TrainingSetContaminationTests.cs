using System.Text.Json.Nodes;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Reading;
using Llamax.Runs.Progress;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Tests.Deduplication;

public sealed class TrainingSetContaminationTests : IDisposable
{
    private const string Long = "the committee of the seven valleys met again on a rainy day in march to talk about bridges";
    private const string Short = "good morning";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_kind_of_entry_is_held_against_the_test_sentences()
    {
        TrainingEntry[] entries =
        [
            new(EntryKind.Monolingual, "en", "", [new("Nothing of the kind.", true)], "a:1"),
            new(EntryKind.Parallel, "de", "en", [new("Guten Morgen", true), new("Good morning!", true)], "a:2"),
            new(EntryKind.Instruction, "en", "de", [new($"Translate:\n{Short}\n### Response:", false), new("Guten Morgen", true)], "a:3"),
            new(EntryKind.Augmented, "en", "de", [new(Long[4..80], false), new("Anderes", true)], "a:4"),
        ];
        var total = Measure(entries);
        Assert.Equal(new ContaminationTotal(4, 3, 3, 1, 1), total);
        var examples = JsonNode.Parse(File.ReadAllText(_folder["report.json"]))!["sets"]![0]!["examples"]!.AsArray();
        Assert.Equal(["a:4", "a:2"], examples.Select(example => (string?)example!["origin"]));
    }

    [Fact]
    public void Clean_entries_are_clean_however_many() =>
        Assert.Equal(
            new ContaminationTotal(5000, 0, 3, 0, 0),
            Measure([.. Enumerable.Range(0, 5000).Select(i =>
                new TrainingEntry(EntryKind.Monolingual, "en", "", [new($"sentence number {i}", true)], $"a:{i}"))]));

    private ContaminationTotal Measure(IReadOnlyList<TrainingEntry> entries) => TrainingSetContamination.Measure(
        [new("test", LanguageRegistry.Find("en"), () => new[] { Long, Short, "Not there at all." }.Select(text => new TextLine(text, "t")))],
        entries, _folder["report.json"], SilentEvents.Instance, TestContext.Current.CancellationToken);
}
