using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.EndToEnd;

/// <summary>The program under a launcher, as on a cluster.</summary>
public sealed class RanksTests(TinyRun tiny) : IClassFixture<TinyRun>, IDisposable
{
    private static readonly string[] Half =
        ["--set", "phases.cpt.training.microBatches=2", "--set", "phases.cpt.training.validateEvery=20"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Two_processes_run_a_recipe_to_its_report_as_one_does()
    {
        var alone = LlamaxProgram.Run(["run", tiny.Recipe, "--out", _folder["one"], .. Half]);
        Assert.True(alone.ExitCode == 0, alone.Error);
        var together = Launch(2, ["run", tiny.Recipe, "--out", _folder["two"], .. Half]);
        Assert.True(together.ExitCode == 0, together.Error);
        Assert.True(File.Exists(_folder["two", "report.html"]));
        Assert.Single(together.Error.Split('\n'), line => line.StartsWith("report: done", StringComparison.Ordinal));
        var (expected, actual) = (LastLoss("one"), LastLoss("two"));
        Assert.InRange(actual - expected, -1e-4, 1e-4);

        // They are watched as one is: each measurement once, of the same sentences.
        var (alike, shared) = (Dev("one"), Dev("two"));
        Assert.Equal([20, 40, 60], shared.Select(line => (int)line["step"]!));
        Assert.All(alike.Zip(shared), lines => Assert.InRange((double)lines.Second["loss"]! - (double)lines.First["loss"]!, -1e-4, 1e-4));
        var samples = Lines("two", "samples.jsonl");
        Assert.Equal([20, 40, 60], samples.Select(line => (int)line["step"]!).Distinct());
        Assert.Equal(Lines("one", "samples.jsonl").Select(Question), samples.Select(Question));

        static string Question(JsonNode line) => $"{line["step"]} {line["source"]} {line["target"]} {line["text"]}";
    }

    [Fact]
    public void More_processes_than_micro_batches_are_refused_and_the_job_ends()
    {
        var result = Launch(2, ["train", tiny.Recipe, "--out", _folder["many"]]);
        Assert.Equal(2, result.ExitCode);
        Assert.Contains("2 ranks cannot share 1 micro-batches a step", result.Error, StringComparison.Ordinal);
        Assert.Contains("To mend it: set microBatches to a multiple of 2", result.Error, StringComparison.Ordinal);
    }

    private List<JsonNode> Dev(string run) => Lines(run, "log.jsonl").FindAll(line => (string?)line["probe"] == "dev");

    private List<JsonNode> Lines(string run, string file) =>
        [.. File.ReadLines(_folder[run, "phases", "cpt", file]).Select(line => JsonNode.Parse(line)!)];

    private double LastLoss(string run) => (double)JsonNode.Parse(
        File.ReadLines(_folder[run, "phases", "cpt", "log.jsonl"]).Last(line => line.Contains("\"learning_rate\"", StringComparison.Ordinal)))!["loss"]!;

    private static ProgramResult Launch(int processes, string[] arguments)
    {
        if (!File.Exists("/usr/bin/mpirun") && Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Skip("mpirun is not installed (Debian: apt-get install openmpi-bin)");
        var environment = new Dictionary<string, string>
        {
            ["OMPI_ALLOW_RUN_AS_ROOT"] = "1",
            ["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1",
            ["OMPI_MCA_mpi_yield_when_idle"] = "1",
            ["TERM"] = "dumb",
        };
        using var process = LlamaxProgram.Start(
            environment, "mpirun",
            [
                "-n", processes.ToString(CultureInfo.InvariantCulture), "--oversubscribe",
                "dotnet", Path.Combine(AppContext.BaseDirectory, "llamax.dll"), .. arguments,
            ]);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        process.WaitForExit();
        return new(process.ExitCode, output.Result, error.Result);
    }
}
