using System.Globalization;
using Llamax.Runs;
using Llamax.Runs.Manifests;
using Llamax.Runs.Progress;
using Llamax.Training.Collectives;

namespace Llamax.Pipelines.Stages;

/// <summary>Runs stages in order, skips what is finished, and refuses to mix results of different options in one folder.</summary>
/// <param name="stages">In order.</param>
/// <param name="events">Hears of the progress.</param>
/// <param name="clock">For the durations in the manifests.</param>
/// <param name="ranks">The processes of the run; all of them make the same calls.</param>
internal sealed class StageRunner(IReadOnlyList<Stage> stages, IRunEvents events, TimeProvider clock, ICollective ranks)
{
    private const string KeyFile = "stage.key";

    /// <summary>Refuses or clears what is in the way; nothing has been written when it throws.</summary>
    /// <param name="first">From <see cref="IndexOf"/>: this stage and all after it are done anew.</param>
    /// <exception cref="RequestException">A folder holds results of other options.</exception>
    public void Prepare(int first)
    {
        foreach (var stage in stages.Take(first).Where(stage => !stage.IsAdaptable))
            RefuseOtherOptions(stage);
        foreach (var stage in stages.Skip(first))
            Forget(stage.Folder);
    }

    /// <summary>Runs what is not finished.</summary>
    /// <param name="seed">For the manifests.</param>
    /// <param name="cancellation">Stops at the next place where state is kept.</param>
    public void Run(ulong seed, CancellationToken cancellation)
    {
        foreach (var stage in stages)
        {
            cancellation.ThrowIfCancellationRequested();
            if (ranks.FromFirst(() => Begin(stage)) is false)
            {
                events.Note($"{stage.Name}: finished before");
                continue;
            }

            var started = clock.GetTimestamp();
            var context = new StageContext(events, ranks, cancellation);
            var manifest = stage.IsShared || ranks.Rank == 0 ? stage.Run(context) : null;
            _ = ranks.FromFirst(() => End(stage, manifest! with { Seed = seed }, clock.GetElapsedTime(started).TotalSeconds));
        }
    }

    /// <summary>False where the stage is finished. Otherwise its manifest goes first: what is being changed must not look finished.</summary>
    private static bool Begin(Stage stage)
    {
        if (Manifest.TryRead(stage.Folder)?.Key == stage.Key)
            return false;
        Directory.CreateDirectory(stage.Folder);
        File.Delete(Path.Combine(stage.Folder, Manifest.FileName));
        AtomicFile.WriteAllText(Path.Combine(stage.Folder, KeyFile), stage.Key + "\n");
        return true;
    }

    private double End(Stage stage, Manifest manifest, double seconds)
    {
        manifest = manifest with { Command = stage.Name, Key = stage.Key, WallSeconds = seconds, Versions = Manifest.CurrentVersions };
        manifest.Write(stage.Folder, IsResult);
        events.Note(string.Create(CultureInfo.InvariantCulture, $"{stage.Name}: done in {seconds:0.0} s"));
        return seconds;
    }

    /// <summary>Checkpoints come and go while a phase trains, and clock readings differ each time: they are no result.</summary>
    private static bool IsResult(string path) =>
        path is not (KeyFile or "timing.jsonl" or "run.lock") && !path.StartsWith("checkpoints/", StringComparison.Ordinal)
        && !path.StartsWith("tensorboard/", StringComparison.Ordinal);

    /// <summary>The place of a stage; null, that is to go on where the last run ended, stands behind the last.</summary>
    /// <exception cref="RequestException">The stage is unknown.</exception>
    public int IndexOf(string? from)
    {
        if (from is null)
            return stages.Count;
        for (var i = 0; i < stages.Count; i++)
        {
            if (stages[i].Name == from)
                return i;
        }

        var names = stages.Select(s => s.Name).ToList();
        throw new RequestException(
            $"there is no stage \"{from}\"",
            "--from",
            $"the nearest are {string.Join(", ", Nearest.To(from, names))}; the stages are {string.Join(", ", names)}");
    }

    private static void Forget(string folder)
    {
        if (!Directory.Exists(folder))
            return;
        File.Delete(Path.Combine(folder, Manifest.FileName));
        Directory.Delete(folder, recursive: true);
    }

    private static void RefuseOtherOptions(Stage stage)
    {
        var path = Path.Combine(stage.Folder, KeyFile);
        if (!File.Exists(path) || File.ReadAllText(path).Trim() == stage.Key)
            return;
        throw new RequestException(
            $"it holds {stage.Name} of a run with other options, data or versions",
            stage.Folder,
            $"choose another --out, or do it anew with --from {stage.Name}");
    }
}
