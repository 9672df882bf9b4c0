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
    public void A_training_that_cannot_start_says_why()
    {
        var message = LlamaxProgram.Run(
            "train", tiny.Recipe, "--selftest-resume", "--set", "model.path=nowhere", "--set", "tokenizer.path=nowhere").RefusalAtLast();
        Assert.Contains("nowhere", message, StringComparison.Ordinal);
    }
}
