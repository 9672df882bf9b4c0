using Llamax.Models.Causal;
using Llamax.Runs;
using Llamax.Training.Loop;
using Llamax.Training.Resuming;

namespace Llamax.Training.Watching;

/// <summary>The model whose metric was best, in <c>best/</c>, and when a run that gets no better is over.</summary>
internal sealed class BestModel(TrainingRun run)
{
    private const string FolderName = "best";

    /// <summary>Compares a validation with the best one before it, and keeps the model where it is better.</summary>
    /// <param name="state">After a validation. All ranks have the same.</param>
    /// <param name="model">As it was validated.</param>
    /// <param name="writeCompanions">Writes what belongs beside the weights into a folder.</param>
    /// <exception cref="RequestException">The validation has no such value.</exception>
    public TrainingState After(TrainingState state, CausalModel model, Action<string> writeCompanions)
    {
        if (run.Options.Metric is not { } metric)
            return state;
        if (!state.Probes.TryGetValue(metric, out var value))
        {
            throw new RequestException(
                $"no validation measures {metric}", "training options", $"use one of {string.Join(", ", state.Probes.Keys)}");
        }

        if (state.Best is { } best && !IsBetter(metric, value, best.Value))
            return state with { Best = best with { Since = best.Since + 1 } };
        if (run.Options.KeepBest && run.Ranks.Rank == 0)
        {
            AtomicFolder.Write(Path.Combine(run.Folder, FolderName), folder =>
            {
                TrainedModel.Save(model, folder);
                writeCompanions(folder);
            });
        }

        return state with { Best = new(state.Step, value, 0) };
    }

    /// <summary>Whether the metric has not improved for as long as the options say.</summary>
    public bool IsOver(TrainingState state) => run.Options.StopAfter > 0 && state.Best?.Since >= run.Options.StopAfter;

    /// <summary>The best model; null where the last one is wanted, or is the best. The caller disposes it.</summary>
    public static TrainedModel? Load(TrainingStart start, TrainingRun run, TrainingState state) =>
        run.Options.KeepBest && state.Best is { } best && best.Step < state.Step
            ? new(start, Path.Combine(run.Folder, FolderName), run)
            : null;

    private static bool IsBetter(string metric, double value, double than) =>
        metric.Contains("loss", StringComparison.Ordinal) || metric.Contains("perplexity", StringComparison.Ordinal)
            ? value < than
            : value > than;
}
