using System.Globalization;
using Llamax.Corpus;
using Llamax.Corpus.Reading;
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

    [Fact]
    public void The_published_layouts_of_tasks_become_instructions_whose_answer_alone_is_learnt()
    {
        const string Question = """{"id": "1", "lang": "sw", "question": {"stem": "Wapi?", "choices": [{"label": "A", "text": "benki"}, {"label": "B", "text": "{label}"}]}, "answerKey": "B"}""";
        var entry = Task(TaskKind.Xcsqa, "dev.jsonl", Question).Trained().Single();
        Assert.Equal((EntryKind.Instruction, "sw", "sw"), (entry.Kind, entry.Source, entry.Target));
        Assert.Contains("### Input:\nWapi?\nA. benki\nB. {label}\n\n### Response:", entry.Segments[0].Text, StringComparison.Ordinal);
        Assert.Equal([false, true], entry.Segments.Select(segment => segment.HasLoss));
        Assert.Equal("B", entry.Segments[1].Text);

        string[] jsonl =
        [
            """{"language": "fr", "gold_label": "neutral", "sentence1": "Il pleut.", "sentence2": "Il fait froid."}""",
            """{"language": "fr", "gold_label": "-", "sentence1": "a", "sentence2": "b"}""",
        ];
        string[] tsv = ["language\tgold_label\tsentence1\tsentence2\tpairID", "fr\tneutral\tIl pleut.\tIl fait froid.\t7"];
        string[] old = ["premise\thypo\tlabel", "Il pleut.\tIl fait froid.\tcontradictory"];
        var entries = new[] { Task(TaskKind.Xnli, "a.jsonl", jsonl), Task(TaskKind.Xnli, "b.tsv", tsv), Task(TaskKind.Xnli, "c.tsv", old) }
            .Select(task => task.Trained().Single()).ToList();
        Assert.Single(entries.Select(one => one.Segments[0].Text).Distinct());
        Assert.Equal(["neutral", "neutral", "contradiction"], entries.Select(one => one.Segments[1].Text));
        Assert.Equal(["fr", "fr", "en"], entries.Select(one => one.Source));

        string[] array = ["[{\"type\": \"x\", \"query\": \"1 + 1?\", \"response\": \"2.\\nThe answer is: 2\"},", "{\"query\": \"?\", \"response\": \"!\"}]"];
        var math = Task(TaskKind.MetaMath, "math.json", array).Trained().ToList();
        Assert.Equal(["2.\nThe answer is: 2", "!"], math.Select(one => one.Segments[1].Text));
        Assert.EndsWith("### Instruction:\n1 + 1?\n\n### Response:", math[0].Segments[0].Text, StringComparison.Ordinal);
        Assert.Equal(
            math.Select(one => one.Segments[1]),
            Task(TaskKind.MetaMath, "math.jsonl", array[0][1..^1], array[1][..^1]).Trained().Select(one => one.Segments[1]));
    }

    [Theory]
    [InlineData(TaskKind.Xcsqa, "a.jsonl", "a.jsonl:1", "answerKey", """{"question": {"stem": "a", "choices": []}}""")]
    [InlineData(TaskKind.Xcsqa, "a.jsonl", "a.jsonl:1", "the answer C is not", """{"question": {"stem": "a", "choices": [{"label": "A", "text": "b"}]}, "answerKey": "C"}""")]
    [InlineData(TaskKind.Xcsqa, "a.jsonl", "a.jsonl:1", "no question", "{")]
    [InlineData(TaskKind.Xnli, "a.jsonl", "a.jsonl:1", "\"maybe\" is no label", """{"gold_label": "maybe", "sentence1": "a", "sentence2": "b"}""")]
    [InlineData(TaskKind.Xnli, "a.tsv", "a.tsv:2", "no sentence2", "premise\tlabel\nit is\tneutral")]
    [InlineData(TaskKind.Xnli, "a.tsv", "a.tsv:2", "no language \"xq\"", "language\tpremise\thypothesis\tlabel\nxq\ta\tb\tneutral")]
    [InlineData(TaskKind.MetaMath, "a.json", "a.json, item 2", "no text in the field \"response\"", """[{"query": "a", "response": "b"}, {"query": "a"}]""")]
    [InlineData(TaskKind.MetaMath, "a.json", "a.json, item 2", "no valid JSON", """[{"query": "a", "response": "b"}, {"query": """)]
    [InlineData(TaskKind.MetaMath, "a.jsonl", "a.jsonl:1", "no field \"response\"", """{"query": "a"}""")]
    public void A_wrong_example_is_named_with_its_place(TaskKind kind, string file, string where, string what, string text)
    {
        var refusal = Assert.Throws<RequestException>(() => Task(kind, file, text).Trained().Count());
        Assert.EndsWith(where, refusal.Where, StringComparison.Ordinal);
        Assert.Contains(what, refusal.What, StringComparison.Ordinal);
        Assert.NotEmpty(refusal.Mend);
    }

    [Fact]
    public void A_template_of_ones_own_is_used_and_one_that_names_another_field_is_refused()
    {
        TaskOptions Options(string text) => new()
        {
            Kind = TaskKind.MetaMath,
            Files = [_folder.Write("math.jsonl", """{"query": "q", "response": "r"}""")],
            Prompt = _folder.Write("own.json", text),
        };
        TuningEntries Of(string text) => new(TinyRecipe.Bind(), new SetOptions { Tasks = [Options(text)] });
        var own = Of("""{"name": "own", "text": "Q: {query} A:", "answer": " {response}!"}""");
        Assert.Equal([new("Q: q A:", false), new TextSegment(" r!", true)], own.Trained().Single().Segments);
        var refusal = Assert.Throws<RequestException>(() => Of("""{"name": "own", "text": "{premise}", "answer": "{response}"}""").Trained().Count());
        Assert.Contains("{premise}: is no field of the examples", refusal.What, StringComparison.Ordinal);
        Assert.Contains("\"answer\"", Assert.Throws<RequestException>(() => Of("{}").Trained().Count()).Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Real_files_of_xnli_are_read_whole()
    {
        var files = Directory.GetFiles(Goldens.DataPath("benchmarks", "xnli"), "*.tsv.gz");
        Assert.NotEmpty(files);
        Assert.All(files, file =>
        {
            var language = Path.GetFileName(file)[..^".tsv.gz".Length];
            var options = new SetOptions { Tasks = [new() { Kind = TaskKind.Xnli, Files = [file], Language = language }] };
            var entries = new TuningEntries(TinyRecipe.Bind(), options).Trained().ToList();
            Assert.Equal(["contradiction", "entailment", "neutral"], entries.Select(entry => entry.Segments[1].Text).Distinct().Order());
            Assert.True(entries.Count >= 500, $"{file}: {entries.Count}");
        });
    }

    private TuningEntries Task(TaskKind kind, string file, params string[] lines) => new(
        TinyRecipe.Bind(), new SetOptions { Tasks = [new() { Kind = kind, Files = [_folder.Write(file, string.Join('\n', lines))] }] });

    private TuningEntries Preferences(int heldOut, params string[] lines) => new(
        TinyRecipe.Bind(),
        new SetOptions { Preferences = [_folder.Write("triplets.jsonl", string.Join('\n', lines))], HeldOutExamples = heldOut });
}
