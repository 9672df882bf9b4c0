using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class RunTests(TinyRun tiny) : IClassFixture<TinyRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("model.layrs=2", "unknown key \"model.layrs\"", "layers")]
    [InlineData("languages=[en, xq]", "no language \"xq\"", "nearest:")]
    [InlineData("languages=[en, de, deu]", "de is named twice", "name every language once")]
    [InlineData("profile=smok", "there is no profile \"smok\"", "this recipe has none")]
    [InlineData("model.layers", "--set model.layers: a key and a value were expected", "--set a.b=c")]
    [InlineData("model.layers=many", "model.layers is \"many\"", "a whole number")]
    [InlineData("phases.cpt.set=some", "phases.cpt.set = some", "the sets are all")]
    [InlineData("data.sources=[{kind: builtin}, {kind: mirror, name: ntrex}]", "LLAMAX_DATA is not set", "docs/data.md")]
    [InlineData("data.sources=[{}, {kind: text, files: [no.txt], sourceLanguage: en}]", "no.txt: there is no such file", "data.sources")]
    [InlineData("data.lexicons=[muse]", "LLAMAX_DATA is not set", "docs/data.md")]
    [InlineData("tokenizer.path=nowhere", "nowhere", "tokenizer")]
    [InlineData("model.path=nowhere", "nowhere", "folder")]
    [InlineData("device=tpu", "\"tpu\" is not a device", "use cpu")]
    [InlineData("evaluation.languages=[en, fr]", "fr is not one of the run's languages", "add it to languages")]
    [InlineData("evaluation.pieceModel=no.model", "no.model", "give a tokenizer.model")]
    [InlineData("evaluation.suites=[flores101]", "LLAMAX_DATA is not set", "docs/data.md")]
    [InlineData("sets.all.alpacaInstructions=3", "LLAMAX_DATA is not set", "docs/data.md")]
    public void A_wrong_recipe_is_refused_before_anything_is_written(string assignment, string what, string mend)
    {
        var message = LlamaxProgram.Run("run", tiny.Recipe, "--out", _folder["run"], "--set", assignment).Refusal();
        Assert.Contains(what, message, StringComparison.Ordinal);
        Assert.Contains(mend, message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void A_recipe_that_is_not_there_or_not_named_is_refused()
    {
        Assert.Contains("no-recipe.yaml", LlamaxProgram.Run("run", "no-recipe.yaml").Refusal(), StringComparison.Ordinal);
        Assert.Contains("llamax run: a recipe is missing", LlamaxProgram.Run("run").Refusal(), StringComparison.Ordinal);
        Assert.Contains("llamax train: a recipe is missing", LlamaxProgram.Run("train").Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_stage_is_refused_with_those_there_are() => Assert.Contains(
        "the nearest are phases/cpt", LlamaxProgram.Run("run", tiny.Recipe, "--out", tiny.Folder, "--from", "phase/cpt").RefusalAtLast(),
        StringComparison.Ordinal);

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused_by_name()
    {
        var file = _folder.Write("file", "");
        var message = LlamaxProgram.Run("run", tiny.Recipe, "--out", Path.Combine(file, "run")).RefusalAtLast();
        Assert.Contains(file, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_options_in_the_same_folder_are_refused_and_the_results_stay()
    {
        var message = LlamaxProgram.Run("run", tiny.Recipe, "--out", tiny.Folder, "--set", "phases.cpt.training.steps=3").RefusalAtLast();
        Assert.Contains("--from phases/cpt", message, StringComparison.Ordinal);
        Assert.Equal(tiny.Results, TinyRun.ResultsOf(tiny.Folder));
    }

    [Fact]
    public void The_dry_run_and_the_defaults_go_to_standard_output()
    {
        var lines = LlamaxProgram.Run("run", tiny.Recipe, "--out", _folder["run"], "--dry-run").Done().Lines;
        Assert.Equal("tokenizer", lines[0].Split(':')[0]);
        Assert.False(Directory.Exists(_folder["run"]));
        var defaults = _folder.Write("defaults.yaml", LlamaxProgram.Run("run", "--print-defaults").Done().Out);
        LlamaxProgram.Run("run", defaults, "--out", _folder["run"], "--dry-run").Done();
    }

    [Fact]
    public void Interrupted_in_every_stage_it_goes_on_and_ends_with_the_same_bytes()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals of this kind exist on Unix alone.");
        string[] run = ["run", tiny.Recipe, "--out", _folder["run"]];
        foreach (var stage in (string[])["read text", "pack", "phases/cpt: train", "evaluate copy of the source"])
        {
            var result = LlamaxProgram.Interrupt(stage, run);
            Assert.True(result.ExitCode == 130, $"{stage}: {result}");
            Assert.Contains("give the same command again", result.Error, StringComparison.Ordinal);
            Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["run"], "*.llamax-tmp", SearchOption.AllDirectories));
        }

        Assert.Equal(0, LlamaxProgram.Run(run).ExitCode);
        Assert.Equal(tiny.Results, TinyRun.ResultsOf(_folder["run"]));
        var anew = LlamaxProgram.Interrupt("evaluate copy of the source", [.. run, "--from", "evaluation"]);
        Assert.Equal(130, anew.ExitCode);
        Assert.Contains("without --from evaluation", anew.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(48)]
    [InlineData(240)]
    [InlineData(800)]
    public void On_a_full_disk_it_names_the_file_and_goes_on_when_there_is_room(int kilobytes)
    {
        using var disk = SmallDisk.Mount(_folder["disk"], kilobytes);
        string[] run = ["run", tiny.Recipe, "--out", _folder["disk", "run"]];
        var message = LlamaxProgram.Run(run).RefusalAtLast();
        Assert.Contains(_folder["disk", "run"], message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder["disk"], "*.llamax-tmp", SearchOption.AllDirectories));
        disk.Resize(64 << 10);
        var again = LlamaxProgram.Run(run);
        Assert.True(again.ExitCode == 0, again.Error);
        Assert.Equal(tiny.Results, TinyRun.ResultsOf(_folder["disk", "run"]));
    }

    [Fact]
    public void Train_ends_with_the_model_and_run_adds_the_evaluation()
    {
        LlamaxProgram.Run("train", tiny.Recipe, "--out", _folder["run"]);
        Assert.Equal(
            File.ReadAllBytes(Path.Combine(tiny.Folder, "model", "model.safetensors")),
            File.ReadAllBytes(_folder["run", "model", "model.safetensors"]));
        Assert.False(Directory.Exists(_folder["run", "evaluation"]));
        var run = LlamaxProgram.Run("run", tiny.Recipe, "--out", _folder["run"]);
        Assert.Contains("phases/cpt: finished before", run.Error, StringComparison.Ordinal);
        Assert.Equal(tiny.Results, TinyRun.ResultsOf(_folder["run"]));
    }

    [Fact]
    public void Report_makes_the_pages_of_a_run_again()
    {
        string[] pages = [Path.Combine(tiny.Folder, "report", "report.html"), Path.Combine(tiny.Folder, "report.html")];
        var html = File.ReadAllBytes(pages[0]);
        foreach (var page in pages)
            File.Delete(page);
        Assert.Equal(pages, LlamaxProgram.Run("report", tiny.Folder + "/").Done().Lines);
        Assert.All(pages, page => Assert.Equal(html, File.ReadAllBytes(page)));
        Assert.Equal(pages[..1], LlamaxProgram.Run("report", Path.Combine(tiny.Folder, "report")).Done().Lines);
        Assert.Contains("report*.json", LlamaxProgram.Run("report", _folder.Path).Refusal(), StringComparison.Ordinal);
        _folder.Write("report.json", "{}");
        Assert.Contains(_folder["report.json"], LlamaxProgram.Run("report", _folder.Path).Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Pack_lays_a_built_set_into_blocks_as_the_run_did()
    {
        var set = Path.Combine(tiny.Folder, "sets", "all");
        var entries = Directory.GetFiles(Path.Combine(set, "built"), "*.parquet").Single();
        string[] pack = ["pack", entries, "--tokenizer", Path.Combine(tiny.Folder, "tokenizer"), "--out"];
        var result = LlamaxProgram.Run([.. pack, _folder["same"], "--block-length", "64"]);
        Assert.Equal((0, _folder["same", "blocks.index"] + "\n"), (result.ExitCode, result.Out));
        foreach (var name in (string[])["blocks.tokens", "blocks.index"])
            Assert.Equal(File.ReadAllBytes(Path.Combine(set, "packed", name)), File.ReadAllBytes(_folder["same", name]));
        var tooShort = LlamaxProgram.Run([.. pack, _folder["other"], "--block-length", "4"]);
        Assert.Contains("blockLength = 4", tooShort.Refusal(), StringComparison.Ordinal);
        var noSet = LlamaxProgram.Run(["pack", tiny.Recipe, .. pack[2..], _folder["other"]]);
        Assert.Contains("not a built training set", noSet.RefusalAtLast(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["other"]));
    }
}
