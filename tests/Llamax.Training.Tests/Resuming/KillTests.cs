using System.Diagnostics;
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
        var lines = File.ReadAllLines(_folder["whole", "log.jsonl"]).Length;
        var killed = 0;
        for (var attempt = 0; killed < kills; attempt++)
        {
            // Every fresh start must have a chance to be killed late, so a run that finished before its kill starts over.
            if (File.Exists(_folder["killed", "result.json"]))
                Directory.Delete(_folder["killed"], recursive: true);
            using var process = Start(_folder["killed"]);
            var (line, delay) = (draws.Below(lines, attempt), draws.Below(40, attempt, 1));
            while (!process.HasExited && Lines(_folder["killed", "log.jsonl"]) < line)
                Thread.Sleep(1);
            Thread.Sleep(delay);
            if (process.HasExited)
            {
                Assert.Equal(0, process.ExitCode);
                continue;
            }

            process.Kill();
            process.WaitForExit();
            killed++;
        }

        using var last = Start(_folder["killed"]);
        last.WaitForExit();
        Assert.Equal(0, last.ExitCode);
        TrainerTests.SameResult(_folder["whole"], _folder["killed"]);
        Assert.Empty(Directory.GetFileSystemEntries(_folder["killed"], "*" + AtomicFile.TemporarySuffix, SearchOption.AllDirectories));
    }

    private static Process Start(string folder)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "Llamax.Training.KillTarget" + (OperatingSystem.IsWindows() ? ".exe" : ""));
        return Process.Start(new ProcessStartInfo(program, [folder]) { UseShellExecute = false })!;
    }

    private static int Lines(string path)
    {
        if (!File.Exists(path))
            return 0;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var count = 0;
        for (var value = stream.ReadByte(); value >= 0; value = stream.ReadByte())
            if (value == '\n')
                count++;
        return count;
    }

    private static int Setting(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
