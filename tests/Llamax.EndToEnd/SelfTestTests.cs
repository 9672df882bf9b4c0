using Llamax.Pipelines;
using Llamax.Pipelines.Recipes;
using Llamax.Runs.Recipes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class SelfTestTests(TinyRun tiny) : IClassFixture<TinyRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_killed_training_resumes_to_the_same_bytes_and_nothing_stays_behind()
    {
        var environment = new Dictionary<string, string> { ["TMPDIR"] = _folder.Path };
        var result = LlamaxProgram.Run([], environment, "train", tiny.Recipe, "--selftest-resume").Done();
        Assert.Matches(@"^killed after step \d+ of 16 and resumed: the same bytes in weights, moments, log and samples$", result.Lines.Single());
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path, "llamax-selftest*"));
    }

    [Fact]
    public void A_resume_that_ends_otherwise_is_noticed_with_file_and_byte()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The stand-in for a wrong resume is a shell script.");

        // The program, but what a killed training is resumed to has one byte more.
        var script = _folder.Write("wrong.sh", $"""
            dotnet '{Path.Combine(AppContext.BaseDirectory, "llamax.dll")}' "$@" || exit $?
            case "$4" in *killed) printf x >> "$4/phases/cpt/log.jsonl";; esac
            """);
        var recipe = RecipeFiles.Bind(RecipeFile.Read(tiny.Recipe));
        Directory.CreateDirectory(_folder["test"]);
        var test = new ResumeSelfTest(recipe, arguments => new("/bin/sh", [script, .. arguments]));
        var verdict = test.Run(_folder["test"], seed: 3, TestContext.Current.CancellationToken);
        var length = new FileInfo(_folder["test", "undisturbed", "phases", "cpt", "log.jsonl"]).Length;
        Assert.Equal(new("log.jsonl", $"differs from byte {length} on"), verdict.Difference);
    }

    [Fact]
    public void A_training_that_cannot_start_says_why()
    {
        var message = LlamaxProgram.Run(
            "train", tiny.Recipe, "--selftest-resume", "--set", "model.path=nowhere", "--set", "tokenizer.path=nowhere").RefusalAtLast();
        Assert.Contains("nowhere", message, StringComparison.Ordinal);
    }
}
