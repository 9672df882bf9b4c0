using Llamax.Corpus;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Testing;
using Llamax.Text.Languages;

namespace Llamax.Pipelines.Tests.Data;

public sealed class InstructionEntriesTests
{
    private static readonly Language English = LanguageRegistry.Find("en");
    private static readonly Language Chinese = LanguageRegistry.Find("zh");

    private static readonly Recipe Recipe = TinyRecipe.Bind("languages=[en, zh]", "evaluation.prompt=llamax-alpaca");

    [Fact]
    public void A_translation_instruction_is_the_prompt_of_table_14_and_the_answer_alone_is_learnt()
    {
        var data = new RunData(Recipe);
        var entries = Of(data, new() { InstructionsPerDirection = 4 }, (English, Chinese));
        Assert.Equal(4, entries.Count);
        var translations = data.Parallel(English, Chinese).ToDictionary(pair => pair.Origin);
        Assert.All(entries, entry =>
        {
            var pair = translations[entry.Origin];
            Assert.Equal((EntryKind.Instruction, "en", "zh"), (entry.Kind, entry.Source, entry.Target));
            Assert.Equal(
                [new(Prompt(pair.Source.Trim()), HasLoss: false), new TextSegment(pair.Target.Trim(), HasLoss: true)], entry.Segments);
        });
    }

    [Fact]
    public void A_direction_and_its_reverse_show_different_sentences_and_no_more_than_there_are()
    {
        var data = new RunData(Recipe);
        var few = new SetOptions { InstructionsPerDirection = 8 };
        Assert.NotEqual(
            Of(data, few, (English, Chinese)).Select(entry => entry.Origin),
            Of(data, few, (Chinese, English)).Select(entry => entry.Origin));
        Assert.Equal(60, Of(data, new() { InstructionsPerDirection = 1000 }, (English, Chinese)).Count);
    }

    [Fact]
    public void Alpacas_instructions_are_english_and_learn_the_answer()
    {
        // The folder may be missing; it is found through the variable, as in a run.
        var mirror = Goldens.DataPath();
        Assert.SkipWhen(Environment.GetEnvironmentVariable("LLAMAX_DATA") != mirror, "LLAMAX_DATA is not set.");
        var entries = Of(new RunData(Recipe), new() { AlpacaInstructions = 5 });
        Assert.Equal(5, entries.Count);
        Assert.All(entries, entry =>
        {
            Assert.Equal((EntryKind.Instruction, "en", "en"), (entry.Kind, entry.Source, entry.Target));
            Assert.Equal([false, true], entry.Segments.Select(segment => segment.HasLoss));
            Assert.EndsWith("### Response:", entry.Segments[0].Text, StringComparison.Ordinal);
            Assert.NotEqual("", entry.Segments[1].Text);
        });
    }

    private static List<TrainingEntry> Of(RunData data, SetOptions options, params (Language, Language)[] directions) =>
        [.. new InstructionEntries(Recipe, options, data).Of(directions)];

    private static string Prompt(string sentence) =>
        "Below is an instruction that describes a task, paired with an input that provides further context. "
        + "Write a response that appropriately completes the request.\n"
        + "### Instruction:\nTranslate the following sentences from English to Chinese Simpl\n"
        + $"### Input:\n{sentence}\n"
        + "### Response:";
}
