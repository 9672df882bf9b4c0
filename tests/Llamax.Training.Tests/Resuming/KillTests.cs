using System.Globalization;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Training.KillTarget;
using Llamax.Training.Tests.Loop;

namespace Llamax.Training.Tests.Resuming;

/// <summary>Design, principle 6: kill -9 at any moment, start again with the same command, and the result is byte-equal.</summary>
public sealed class KillTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>LLAMAX_KILLS sets how often (3), LLAMAX_KILL_SEED the moments.</summary>
    [Fact]
    public void A_run_killed_again_and_again_ends_with_the_bytes_of_an_undisturbed_one()
    {
        var kills = Setting("LLAMAX_KILLS", 3);
        var draws = new Draws((ulong)Setting("LLAMAX_KILL_SEED", 1), "kill moments");
        using (var corpus = new DrawnCorpus(5, 32, 24))
            TinyRun.In(_folder["whole"], corpus).Train();
        var killed = 0;
        for (var attempt = 0; killed < kills; attempt++)
        {
            // Every fresh start must have a chance to be killed late, so a run that finished before its kill starts over.
            if (File.Exists(_folder["killed", "result.json"]))
                Directory.Delete(_folder["killed"], recursive: true);
            using var process = RunInTest.InAnotherProcess(_folder["killed"]);
            for (var steps = draws.Below(TinyRun.Options.Steps!.Value, attempt); steps > 0; steps--)
                process.StandardOutput.ReadLine();
            if (process.WaitForExit(draws.Below(40, attempt, 1)))
            {
                Assert.Equal(0, process.ExitCode);
                continue;
            }

            process.Kill();
            process.WaitForExit();
            killed++;
        }

        using var last = RunInTest.InAnotherProcess(_folder["killed"]);
        last.WaitForExit();
        Assert.Equal(0, last.ExitCode);
        TrainerTests.SameResult(_folder["whole"], _folder["killed"]);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["killed"], "*" + AtomicFile.TemporarySuffix, SearchOption.AllDirectories));
    }

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
