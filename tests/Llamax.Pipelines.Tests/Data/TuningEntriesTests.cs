using System.Globalization;
using System.Text.Json;
using Llamax.Corpus;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Pipelines.Tests.Data;

public sealed class TuningEntriesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_triplet_is_the_recipes_prompt_and_both_answers_and_a_ready_prompt_stays_as_it_is()
    {
        var entries = Preferences(
            0,
            """{"source": "Good day", "better": "Guten Tag", "worse": "Hallo", "source_lang": "eng", "target_lang": "de", "score": 3}""",
            """{"prompt": "Say it: ", "chosen": " it ", "rejected": "that"}""").Trained().ToList();
        Assert.All(entries, entry => Assert.Equal(EntryKind.Preference, entry.Kind));
        Assert.Equal(("en", "de"), (entries[0].Source, entries[0].Target));
        Assert.Equal(
            [new("English to German: Good day =", false), new("Guten Tag", true), new TextSegment("Hallo", true)], entries[0].Segments);
        Assert.Equal([new("Say it: ", false), new("it", true), new TextSegment("that", true)], entries[1].Segments);
    }

    [Theory]
    [InlineData("""{"source": "a", "better": "b", "worse": "c", "source_lang": "en"}""", "without source_lang and target_lang", "source_lang")]
    [InlineData("""{"source": "a", "better": "b", "worse": " ", "source_lang": "en", "target_lang": "de"}""", "no text in the field \"worse\"", "each a text")]
    [InlineData("""{"source": "a", "better": "b", "worse": "c", "source_lang": "en", "target_lang": "xq"}""", "no language \"xq\"", "ISO 639")]
    [InlineData("""{"prompt": "a", "chosen": [{"content": "b"}], "rejected": "c"}""", "no text in the field \"chosen\"", "each a text")]
    [InlineData("""{"prompt": "a", "chosen": "b", "rejected": "b"}""", "the two answers are the same", "leave the line out")]
    [InlineData("""["a", "b", "c"]""", "no valid JSON", "mend the line")]
    public void A_wrong_line_is_named_with_its_file_and_its_mend(string line, string what, string mend)
    {
        var tuning = Preferences(0, """{"prompt": "a", "chosen": "b", "rejected": "c"}""", line);
        var refusal = Assert.Throws<RequestException>(() => tuning.Trained().Count());
        Assert.EndsWith("triplets.jsonl:2", refusal.Where, StringComparison.Ordinal);
        Assert.Contains(what, refusal.What, StringComparison.Ordinal);
        Assert.Contains(mend, refusal.Mend, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(100)]
    public void What_asks_the_same_is_held_out_together_and_nothing_is_lost(int heldOut)
    {
        var lines = Enumerable.Range(0, 90).Select(i => string.Create(
            CultureInfo.InvariantCulture, $$"""{"prompt": "question {{i / 3}}", "chosen": "a {{i}}", "rejected": "b {{i}}"}""")).ToArray();
        var tuning = Preferences(heldOut, lines);
        var (trained, kept) = (tuning.Trained().ToList(), tuning.HeldOut().ToList());
        Assert.Equal(3 * Math.Min(heldOut, 30), kept.Count);
        Assert.Equal(90, trained.Count + kept.Count);
        Assert.Empty(trained.Select(Question).Intersect(kept.Select(Question)));
        Assert.Equal(kept.Select(Question), Preferences(heldOut, lines).HeldOut().Select(Question));

        static string Question(TrainingEntry entry) => entry.Segments[0].Text;
    }

    [Fact]
    public void Other_files_are_another_set_and_a_missing_one_is_named()
    {
        var one = Preferences(0, """{"prompt": "a", "chosen": "b", "rejected": "c"}""").Fingerprints().Single();
        Assert.NotEqual(one, Preferences(0, """{"prompt": "a", "chosen": "b", "rejected": "d"}""").Fingerprints().Single());
        var missing = new TuningEntries(TinyRecipe.Bind(), new SetOptions { Preferences = [_folder["no.jsonl"]] });
        Assert.Equal(_folder["no.jsonl"], Assert.Throws<RequestException>(() => missing.Fingerprints().Count()).Where);
    }

    private TuningEntries Preferences(int heldOut, params string[] lines) => new(
        TinyRecipe.Bind(),
        new SetOptions { Preferences = [_folder.Write("triplets.jsonl", string.Join('\n', lines))], HeldOutExamples = heldOut });
}
