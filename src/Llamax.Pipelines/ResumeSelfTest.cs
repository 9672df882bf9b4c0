using System.Diagnostics;
using System.Globalization;
using Llamax.Pipelines.Recipes;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Recipes;

namespace Llamax.Pipelines;

/// <summary>
/// Proves on this machine and this data that a killed run continues to the bytes of an undisturbed one: a few steps of the first phase, once
/// in peace and once killed (signal 9) at a step drawn anew each time and started again, in processes of their own.
/// </summary>
/// <param name="recipe">Known to be sound.</param>
/// <param name="program">How this program is started again with some arguments.</param>
public sealed class ResumeSelfTest(Recipe recipe, Func<IReadOnlyList<string>, ProcessStartInfo> program)
{
    private const int Steps = 16;
    private const int CheckpointEvery = 5;
    private const int Attempts = 5;

    /// <summary>Trains and compares.</summary>
    /// <param name="folder">Empty; the caller deletes it.</param>
    /// <param name="seed">Draws the step of the kill.</param>
    /// <param name="cancellation">Ends the processes.</param>
    /// <exception cref="RequestException">A process did not end well, or was always faster than the kill.</exception>
    public ResumeVerdict Run(string folder, ulong seed, CancellationToken cancellation)
    {
        var (phase, options) = recipe.Phases.First(one => !one.Value.CompareOnly);
        var file = Path.Combine(folder, "recipe.yaml");
        AtomicFile.WriteAllText(file, RecipeWriter.Write(Short(phase, options)));
        var (whole, killed) = (Path.Combine(folder, "undisturbed"), Path.Combine(folder, "killed"));
        Train(file, whole, null, cancellation);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (Directory.Exists(killed))
                Directory.Delete(killed, recursive: true);
            foreach (var part in new[] { "tokenizer", "sets" })
                Copy(Path.Combine(whole, part), Path.Combine(killed, part));

            // Before the last checkpoint, so that the second process writes moments of its own to compare.
            var step = 1 + new Draws(seed, "kill").Below(Steps / CheckpointEvery * CheckpointEvery - 2, attempt);
            if (!Train(file, killed, new(Path.Combine(killed, "phases", phase, "log.jsonl"), step), cancellation))
                continue;
            Train(file, killed, null, cancellation);
            return new(step, Steps, Compare(Path.Combine(whole, "phases", phase), Path.Combine(killed, "phases", phase)));
        }

        throw new RequestException(
            $"the training ended before it could be killed, {Attempts} times", "--selftest-resume", "use a larger model or larger steps");
    }

    private Recipe Short(string phase, PhaseOptions options) => recipe with
    {
        Phases = new Dictionary<string, PhaseOptions>
        {
            [phase] = options with
            {
                Training = options.Training with
                {
                    Steps = Steps,
                    Epochs = null,
                    TokenBudget = null,
                    WarmupSteps = null,
                    CheckpointEverySteps = CheckpointEvery,
                    CheckpointInterval = null,
                    KeepCheckpoints = 2,
                    LogEvery = 4,
                    ValidateEvery = 8,
                    Metric = null,
                    StopAfter = 0,
                    KeepBest = false,
                },
            },
        },
        Evaluation = recipe.Evaluation with { Systems = [] },
    };

    /// <returns>Whether it was killed.</returns>
    private bool Train(string file, string folder, Kill? kill, CancellationToken cancellation)
    {
        var start = program(["train", file, "--out", folder]);
        (start.RedirectStandardError, start.RedirectStandardOutput, start.UseShellExecute) = (true, true, false);
        using var process = Process.Start(start)!;
        var talk = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var isKilled = false;
        while (!process.WaitForExit(kill is null ? 100 : 1))
        {
            if (kill is not null && kill.IsDue)
                isKilled = true;
            if (!isKilled && !cancellation.IsCancellationRequested)
                continue;
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        cancellation.ThrowIfCancellationRequested();
        _ = output.Result;
        if (isKilled && process.ExitCode != 0)
            return true;
        return process.ExitCode == 0 ? false : throw new RequestException(
            $"the training ended with code {process.ExitCode}: {talk.Result.TrimEnd().Split('\n')[^1]}", "--selftest-resume",
            "mend what it says, then try again");
    }

    private static ResumeDifference? Compare(string expected, string actual)
    {
        foreach (var name in Files(expected).Union(Files(actual)).Order(StringComparer.Ordinal))
        {
            var (one, other) = (Path.Combine(expected, name), Path.Combine(actual, name));
            if (!File.Exists(one) || !File.Exists(other))
                return new(name, "is there in one of them alone");
            if (Manifest.HashFile(one) != Manifest.HashFile(other))
                return new(name, string.Create(CultureInfo.InvariantCulture, $"differs from byte {FirstDifference(one, other)} on"));
        }

        return null;
    }

    /// <summary>Weights, moments, states, log, samples, result; not what tells the time.</summary>
    private static IEnumerable<string> Files(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(folder, path))
        .Where(name => Path.GetFileName(name) is not (Manifest.FileName or "timing.jsonl" or "run.lock")
            && !name.StartsWith("tensorboard", StringComparison.Ordinal));

    private static long FirstDifference(string one, string other)
    {
        using var first = new BufferedStream(File.OpenRead(one));
        using var second = new BufferedStream(File.OpenRead(other));
        for (long place = 0; ; place++)
        {
            var (left, right) = (first.ReadByte(), second.ReadByte());
            if (left != right || left < 0)
                return place;
        }
    }

    private static void Copy(string from, string to)
    {
        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }

    /// <summary>A process ends as soon as its log has the line of a step.</summary>
    private sealed record Kill(string Log, int Step)
    {
        public bool IsDue => File.Exists(Log)
            && File.ReadLines(Log).Count(line => line.Contains("\"learning_rate\"", StringComparison.Ordinal)) >= Step;
    }
}

/// <summary>What a self-test found.</summary>
/// <param name="KilledAfter">Step whose line was in the log when the process was killed.</param>
/// <param name="Steps">Of the training.</param>
/// <param name="Difference">Null = every byte is the same.</param>
public sealed record ResumeVerdict(int KilledAfter, int Steps, ResumeDifference? Difference);

/// <summary>The first file that is not the same.</summary>
public sealed record ResumeDifference(string File, string How);
