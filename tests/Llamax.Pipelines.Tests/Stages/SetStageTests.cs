using Llamax.Runs;
using Llamax.Testing;

namespace Llamax.Pipelines.Tests.Stages;

public sealed class SetStageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sets.cpt.monolingual=true")]
    [InlineData("sets.cpt={monolingual: false, parallel: false, instructionsPerDirection: 4, blockLength: 64}")]
    public void A_language_without_text_is_named_before_the_set_is_built(string assignment)
    {
        var pairs = _folder.Write("pairs.tsv", string.Join('\n', Enumerable.Range(0, 99).Select(i => $"sentence {i}\tSatz {i}")));
        var refusal = Assert.Throws<RequestException>(() => Run(
            "languages=[en, de, fr]", $"data.sources=[{{kind: tsv, files: ['{pairs}'], sourceLanguage: en, targetLanguage: de}}]",
            "data.lexicons=[]", $"tokenizer.path={Goldens.DataPath("llama2-tokenizer", "tokenizer.model")}", assignment));
        Assert.Contains("no source has text of French", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("leave fr out", refusal.Mend, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run", "sets", "cpt", "built"]));
    }

    [Fact]
    public void Preferences_longer_than_a_block_are_left_out_with_a_warning_and_where_all_are_it_is_an_error()
    {
        string Line(int length) => $$"""{"prompt": "p{{length}}", "chosen": "{{new string('a', length)}}", "rejected": "b"}""";
        string Set(params int[] lengths)
        {
            var file = _folder.Write("triplets.jsonl", string.Join('\n', lengths.Select(Line)));
            return $"sets.pairs={{monolingual: false, parallel: false, preferences: ['{file}'], blockLength: 64}}";
        }

        const string Phase = "phases.tuned={set: pairs, from: cpt, objective: {kind: cpo}, training: {steps: 1}}";
        var events = Run(Set(5, 200, 6), Phase);
        Assert.Contains(events.Warnings, warning => warning.Contains("preference", StringComparison.Ordinal)
            && warning.Contains("of 3 entries 1 were cut", StringComparison.Ordinal));
        Assert.Contains(
            "nothing to pack",
            Assert.Throws<RequestException>(() => Run(Set(200, 300), Phase, "name=other")).What, StringComparison.Ordinal);
    }

    private RecordedEvents Run(params string[] assignments)
    {
        var events = new RecordedEvents();
        var recipe = TinyRecipe.Bind([.. assignments, "evaluation.systems=[]", "phases.cpt.training.steps=1", "watch.samples=0"]);
        var folder = _folder[recipe.Name == "tiny" ? "run" : recipe.Name];
        new RecipeRun(recipe, folder, compare: false, events).Execute(null, TestContext.Current.CancellationToken);
        return events;
    }
}
