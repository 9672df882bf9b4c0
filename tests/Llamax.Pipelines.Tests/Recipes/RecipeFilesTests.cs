using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Recipes;
using Llamax.Testing;

namespace Llamax.Pipelines.Tests.Recipes;

public sealed class RecipeFilesTests
{
    public static TheoryData<string> Shipped() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Goldens.Repository, "recipes"), "*.yaml").Select(file => Path.GetFileName(file)!).Order(),
    ];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void Every_recipe_that_is_shipped_is_sound_with_each_of_its_profiles(string name)
    {
        var path = Path.Combine(Goldens.Repository, "recipes", name);
        var plain = RecipeFiles.Bind(RecipeFile.Read(path));
        Assert.Equal(Path.GetFileNameWithoutExtension(name), plain.Name);
        Assert.Equal(plain.Languages.Count, plain.ResolveLanguages().Count);
        foreach (var profile in Profiles(path))
        {
            var file = RecipeFile.Read(path);
            file.Set($"profile={profile}");
            Assert.NotEqual(RecipeWriter.Write(plain), RecipeWriter.Write(RecipeFiles.Bind(file)));
        }
    }

    [Fact]
    public void A_value_of_the_command_line_wins_over_the_profile()
    {
        var recipe = RecipeFiles.Bind(RecipeFiles.Quickstart(), "phases.cpt.training.steps=7", "profile=smoke");
        Assert.Equal(7, recipe.Phases["cpt"].Training.Steps);
        Assert.Equal(4, recipe.Languages.Count);
    }

    [Fact]
    public void The_quickstart_is_part_of_the_program_and_its_smoke_profile_is_small()
    {
        var file = RecipeFiles.Quickstart();
        file.Set("profile=smoke");
        var recipe = RecipeFiles.Bind(file);
        Assert.Equal("quickstart", recipe.Name);
        Assert.InRange(recipe.Languages.Count, 2, 6);
        Assert.All(recipe.Phases.Values.Where(phase => !phase.CompareOnly), phase => Assert.InRange(phase.Training.Steps!.Value, 1, 100));
    }

    [Fact]
    public void A_profile_that_does_not_exist_is_named_with_those_that_do()
    {
        var file = RecipeFiles.Quickstart();
        file.Set("profile=smok");
        var message = Refusal(() => RecipeFiles.Bind(file));
        Assert.Contains("there is no profile \"smok\"", message, StringComparison.Ordinal);
        Assert.Contains("the profiles are smoke", message, StringComparison.Ordinal);
        Assert.Contains("this recipe has none", Refusal(() => TinyRecipe.Bind("profile=any")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mix_that_cannot_be_read_is_named_with_its_path()
    {
        Assert.Contains(
            "unknown key \"sets.cpt.mix.methd\". To mend it: the nearest known keys are method",
            Refusal(() => TinyRecipe.Bind("sets.cpt.mix={methd: uniMax}")), StringComparison.Ordinal);
        Assert.Contains(
            "sets.cpt.mix.method is \"even\", expected one of proportional, temperature, uniMax",
            Refusal(() => TinyRecipe.Bind("sets.cpt.mix={method: even}")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_printed_defaults_are_a_recipe()
    {
        var printed = RecipeWriter.Write(RecipeFiles.Example);
        Assert.Equal(printed, RecipeWriter.Write(RecipeFiles.Bind(RecipeFile.Parse("defaults.yaml", printed))));
        Assert.Contains("\nthreads: ", printed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("languages=[]", "languages = 0: needs at least two languages")]
    [InlineData("threads=0", "threads = 0: must be 1 to 4096")]
    [InlineData("data.sources=[]", "data.sources = (none): needs at least one source")]
    [InlineData("data.unseenPairs=1", "data.unseenPairs = 1: must be 0 to 0.9")]
    [InlineData("data.sources=[{kind: tsv}]", "data.sources[0].files = 0: must name 1 files")]
    [InlineData("data.sources=[{kind: tsv, files: [a]}]", "data.sources[0].sourceLanguage = (nothing): is missing")]
    [InlineData("data.sources=[{kind: text}]", "data.sources[0].files = 0: must name at least one file")]
    [InlineData("data.sources=[{kind: mirror, name: ntrx}]", "data.sources[0].name: use one of ntrex")]
    [InlineData("data.sources=[{heldOutPerLanguagePair: -1}]", "data.sources[0].heldOutPerLanguagePair = -1: must not be negative")]
    [InlineData("tokenizer.vocabularySize=9", "tokenizer.vocabularySize = 9: must be 400 to 1,000,000")]
    [InlineData("tokenizer.characterCoverage=0", "tokenizer.characterCoverage = 0: must be above 0.5")]
    [InlineData("tokenizer.linesPerLanguage=0", "tokenizer.linesPerLanguage = 0: must be at least 1")]
    [InlineData("model.layers=0", "model.layers = 0: must be 1 to 16,777,216")]
    [InlineData("model.heads=0", "model.heads = 0: must be 1 to 16,777,216")]
    [InlineData("model.heads=3", "model.hiddenSize = 32: must be an even multiple of heads = 3")]
    [InlineData("model.keyValueHeads=3", "model.keyValueHeads = 3: must divide heads = 2")]
    [InlineData("model.intermediateSize=-1", "model.intermediateSize = -1: must be 0 to 16,777,216")]
    [InlineData("model.ropeTheta=0", "model.ropeTheta = 0: must be positive")]
    [InlineData("model={hiddenSize: 16777216, layers: 1000000, heads: 64, keyValueHeads: 64}", "more than 2^44 parameters")]
    [InlineData("sets.cpt.instructionsPerDirection=-1", "sets.cpt.instructionsPerDirection = -1: must not be negative")]
    [InlineData("sets.cpt.alpacaInstructions=-1", "sets.cpt.alpacaInstructions = -1: must not be negative")]
    [InlineData("sets.cpt.algorithm.replicas=0", "sets.cpt.algorithm.replicas = 0: must be positive")]
    [InlineData("sets.instructions.instructionsPerDirection=0", "sets.instructions = (empty): holds nothing")]
    [InlineData("phases={}", "phases = (none): needs at least one training phase")]
    [InlineData("phases.cpt.set=cptt", "phases.cpt.set = cptt: is not one of the sets. To mend it: the sets are cpt, instructions")]
    [InlineData("phases.cpt.from=tuned", "phases.cpt.from = tuned: is not an earlier phase. To mend it: earlier are none")]
    [InlineData("phases.tuned.from=tuned", "phases.tuned.from = tuned: is not an earlier phase. To mend it: earlier are cpt")]
    [InlineData("phases.cpt.training.steps=0", "phases.cpt.training.steps = 0")]
    [InlineData("phases.cpt.training.seed=7", "phases.cpt.training.seed = 7: is not read")]
    [InlineData("phases.cpt.training.threads=7", "phases.cpt.training.threads = 7: is not read")]
    [InlineData("phases.cpt.compareOnly=true", "phases.tuned.from = cpt: only runs in a comparison")]
    [InlineData("phases={cpt: {set: cpt, compareOnly: true}}", "phases = (none): needs at least one training phase")]
    [InlineData("phases={copy: {set: cpt}}", "phases = copy: cannot name a folder here")]
    [InlineData("sets={../cpt: {}}", "sets = ../cpt: cannot name a folder here")]
    [InlineData("sets.cpt.mix={temperature: 0.5}", "sets.cpt.mix.temperature = 0.5: must be 1 or more")]
    [InlineData("sets.cpt.mix={maximumEpochs: 0}", "sets.cpt.mix.maximumEpochs = 0: must be positive")]
    [InlineData("sets.cpt.mix={languageMaximumEpochs: {de: -1}}", "sets.cpt.mix.languageMaximumEpochs.de = -1: must be positive")]
    [InlineData("sets.cpt.mix={firstStageShare: 0.5}", "sets.cpt.mix.firstStageShare = 0.5: there is one stage")]
    [InlineData("sets.instructions.mix={curriculum: parallelThenMonolingual}", "sets.instructions.mix.curriculum = ParallelThenMonolingual: needs")]
    [InlineData("sets.cpt.algorithm.seed=7", "sets.cpt.algorithm.seed = 7: is not read")]
    [InlineData("sets.cpt.blockLength=4", "sets.cpt.blockLength = 4: must be 8 to 1,048,576")]
    [InlineData("sets.cpt.blockLength=512", "sets.cpt.blockLength = 512: must not exceed model.maxPositions = 256")]
    [InlineData("evaluation.systems=[cpt, sft]", "evaluation.systems = sft: is not one of the phases. To mend it: the phases are cpt")]
    [InlineData("evaluation.suites=[heldOut]", "evaluation.suites = heldOut: needs pairs that are held out")]
    [InlineData("data.sources=[{kind: mirror, name: udhr}]", "evaluation.suites = builtin: needs the built-in corpus")]
    [InlineData("evaluation.prompt=sonnet", "evaluation.prompt = sonnet: is no prompt template")]
    [InlineData("evaluation.suites=[]", "evaluation.suites = (none): needs at least one suite")]
    [InlineData("evaluation.sentencesPerDirection=0", "evaluation.sentencesPerDirection = 0: must be at least 1")]
    [InlineData("evaluation.directionsPerGroup=-1", "evaluation.directionsPerGroup = -1: must not be negative")]
    [InlineData("evaluation.beams=65", "evaluation.beams = 65: must be 1 to 64")]
    [InlineData("evaluation.maxNewTokens=0", "evaluation.maxNewTokens = 0: must be at least 1")]
    public void What_is_wrong_is_named_with_its_key_before_any_work(string assignment, string problem)
    {
        var message = Refusal(() => TinyRecipe.Bind(assignment));
        Assert.StartsWith("tiny.yaml: ", message, StringComparison.Ordinal);
        Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_reported_at_once()
    {
        var message = Refusal(() => TinyRecipe.Bind("threads=0", "evaluation.beams=0", "phases.cpt.set=x"));
        foreach (var problem in (string[])["threads = 0", "evaluation.beams = 0", "phases.cpt.set = x"])
            Assert.Contains(problem, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_language_that_is_named_twice_is_refused() => Assert.Contains(
        "de is named twice", Refusal(() => TinyRecipe.Bind("languages=[de, en, deu]").ResolveLanguages()), StringComparison.Ordinal);

    private static string Refusal(Func<object> bind) => Assert.Throws<RequestException>(bind).Message;

    /// <summary>The keys two spaces below <c>profiles:</c>.</summary>
    private static IEnumerable<string> Profiles(string path) => File.ReadLines(path)
        .SkipWhile(line => line != "profiles:").Skip(1)
        .TakeWhile(line => line.Length == 0 || line[0] == ' ')
        .Where(line => line is [' ', ' ', not (' ' or '#'), ..])
        .Select(line => line.Trim().TrimEnd(':'));
}
