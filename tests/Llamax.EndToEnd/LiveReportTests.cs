using Llamax.Testing;

namespace Llamax.EndToEnd;

public sealed class LiveReportTests(TinyRun tiny) : IClassFixture<TinyRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_that_has_no_report_yet_has_a_live_page_with_its_losses_samples_and_rate()
    {
        var run = LlamaxProgram.Run("train", tiny.Recipe, "--out", _folder["run"], "--set", "phases.cpt.training.validateEvery=20");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"phases/cpt: peak memory [\d,]+ MiB \(plan [\d,]+\), [\d,]+ tokens/s \(plan [\d,]+\)", run.Error);
        Assert.Equal([_folder["run", "live.html"]], LlamaxProgram.Run("report", _folder["run"]).Done().Lines);
        var page = File.ReadAllText(_folder["run", "live.html"]);
        foreach (var part in (string[])["http-equiv=\"refresh\"", "cpt, by language", "de, dev", "step 60", "of the matrix-product peak"])
            Assert.Contains(part, page, StringComparison.Ordinal);
        Assert.Single(Directory.GetFiles(_folder["run", "phases", "cpt", "tensorboard"]));
    }
}
