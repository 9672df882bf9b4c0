using System.Diagnostics;
using System.Globalization;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.Tests.Loop;

namespace Llamax.Training.Tests.Collectives;

/// <summary>Real processes, started by mpirun on this machine.</summary>
public sealed class MpiTests : IDisposable
{
    private static readonly TimeSpan Bound = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Processes_that_share_a_run_learn_what_one_learns_and_repeat_it_to_the_bit(int size)
    {
        Assert.Equal(0, Run(1, "one").Code);
        Assert.Equal(0, Run(size, "shared").Code);
        Assert.Equal(0, Run(size, "again").Code);
        RanksTests.SameLog(_folder["one"], _folder["shared"], 1e-5);
        TrainerTests.SameResult(_folder["shared"], _folder["again"]);
    }

    [Fact]
    public void A_rank_that_is_killed_ends_the_job_and_the_next_start_goes_on()
    {
        var job = Start(2, "killed");
        var ranks = Ranks(job, 2);
        Kill(ranks[1], "KILL");
        var (code, talk) = End(job);
        Assert.NotEqual(0, code);
        Assert.NotEmpty(talk);
        Assert.All(ranks, rank => Assert.False(IsAlive(rank)));
        Assert.Equal(0, Run(4, "killed").Code);
    }

    [Fact]
    public void A_rank_that_hangs_is_named_and_the_job_ends()
    {
        var job = Start(2, "hung");
        var ranks = Ranks(job, 2);
        Kill(ranks[1], "STOP");
        var (code, talk) = End(job);
        Assert.NotEqual(0, code);
        Assert.Contains("rank 0 of 2: rank 1 did not answer for 10 s", talk, StringComparison.Ordinal);
        Assert.All(ranks, rank => Assert.False(IsAlive(rank)));
        Assert.Equal(0, Run(2, "hung").Code);
    }

    /// <summary>LLAMAX_KILLS sets how often (3), LLAMAX_KILL_SEED the moments.</summary>
    [Fact]
    public void A_run_killed_again_and_again_under_changing_numbers_of_ranks_learns_what_an_undisturbed_one_learns()
    {
        var kills = Setting("LLAMAX_KILLS", 3);
        var draws = new Draws((ulong)Setting("LLAMAX_KILL_SEED", 1), "kill moments of ranks");
        Assert.Equal(0, Run(1, "whole").Code);
        int[] sizes = [1, 2, 4];
        var killed = 0;
        for (var attempt = 0; killed < kills; attempt++)
        {
            if (File.Exists(_folder["killed", "result.json"]))
            {
                RanksTests.SameLog(_folder["whole"], _folder["killed"], 1e-5);
                Directory.Delete(_folder["killed"], recursive: true);
            }

            var job = Start(sizes[attempt % 3], "killed");
            for (var lines = draws.Below(40, attempt); lines > 0; lines--)
                job.StandardOutput.ReadLine();
            if (job.WaitForExit(draws.Below(40, attempt, 1)))
            {
                Assert.Equal(0, job.ExitCode);
                continue;
            }

            foreach (var process in Descendants(job.Id).Append(job.Id).ToList())
                Kill(process, "KILL");
            job.WaitForExit();
            killed++;
        }

        Assert.Equal(0, Run(2, "killed").Code);
        RanksTests.SameLog(_folder["whole"], _folder["killed"], 1e-5);
    }

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private (int Code, string Talk) Run(int size, string folder) => End(Start(size, folder));

    private Process Start(int size, string folder)
    {
        var mpirun = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(path => Path.Combine(path, "mpirun")).FirstOrDefault(File.Exists);
        if (mpirun is null && Environment.GetEnvironmentVariable("CI") != "true")
            Assert.Skip("mpirun is not installed (Debian: apt-get install openmpi-bin)");
        var program = Path.Combine(AppContext.BaseDirectory, "Llamax.Training.KillTarget");
        var start = new ProcessStartInfo(
            mpirun!, ["-n", size.ToString(CultureInfo.InvariantCulture), "--oversubscribe", program, _folder[folder], "shared"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["OMPI_ALLOW_RUN_AS_ROOT"] = start.Environment["OMPI_ALLOW_RUN_AS_ROOT_CONFIRM"] = "1";
        start.Environment["OMPI_MCA_mpi_yield_when_idle"] = "1";
        start.Environment["OMP_NUM_THREADS"] = "1";
        start.Environment["TERM"] = "dumb";
        return Process.Start(start)!;
    }

    private static (int Code, string Talk) End(Process job)
    {
        using (job)
        {
            var talk = job.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = job.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            Assert.True(job.WaitForExit(Bound), "the job did not end in time");
            return (job.ExitCode, talk.Result + output.Result);
        }
    }

    // Once it has said something, all ranks are in the middle of the run.
    private static IReadOnlyList<int> Ranks(Process job, int size)
    {
        Assert.NotNull(job.StandardOutput.ReadLine());
        var ranks = Descendants(job.Id).Where(id => NameOf(id).StartsWith("Llamax.Training", StringComparison.Ordinal)).Order().ToList();
        Assert.Equal(size, ranks.Count);
        return ranks;
    }

    private static IEnumerable<int> Descendants(int parent)
    {
        foreach (var child in Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && ParentOf(id) == parent).ToList())
        {
            yield return child;
            foreach (var below in Descendants(child))
                yield return below;
        }
    }

    private static string NameOf(int id) => StatOf(id) is { } stat ? stat[(stat.IndexOf('(') + 1)..stat.LastIndexOf(')')] : "";

    private static int ParentOf(int id) =>
        StatOf(id) is { } stat ? int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture) : 0;

    private static bool IsAlive(int id) => StatOf(id) is { } stat && stat[stat.LastIndexOf(')') + 2] != 'Z';

    private static string? StatOf(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat");
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static void Kill(int id, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}
