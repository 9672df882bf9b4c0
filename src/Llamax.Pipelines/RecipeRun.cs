using System.Diagnostics;
using Llamax.Models.Native;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Recipes;
using Llamax.Pipelines.Stages;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Runs.Recipes;
using Llamax.Training.Collectives;
using static TorchSharp.torch;

namespace Llamax.Pipelines;

/// <summary>
/// A recipe in a folder: tokenizer, training sets, training phases, evaluation, report, each in a folder of its own. The same call
/// again goes on where it stopped and ends with the same bytes.
/// </summary>
public sealed class RecipeRun
{
    private readonly Recipe _recipe;
    private readonly string _folder;
    private readonly IRunEvents _events;
    private readonly List<Stage> _stages = [];
    private readonly PhaseStage _last;
    private readonly ReportStage? _report;

    /// <param name="recipe">Known to be sound.</param>
    /// <param name="folder">Takes the results; created when the run starts.</param>
    /// <param name="compare">Whether phases that are only there to compare against run as well.</param>
    /// <param name="events">Hears of the progress.</param>
    /// <exception cref="RequestException">A source, a lexicon or a language is missing.</exception>
    public RecipeRun(Recipe recipe, string folder, bool compare, IRunEvents events)
    {
        (_recipe, _folder, _events) = (recipe, folder, events);
        var data = new RunData(recipe);
        var tokenizer = new TokenizerStage(Path.Combine(folder, "tokenizer"), recipe, data);
        _stages.Add(tokenizer);
        var active = recipe.Phases.Where(p => compare || !p.Value.CompareOnly).ToList();
        var sets = new Dictionary<string, SetStage>();
        foreach (var name in active.Select(p => p.Value.Set).Distinct())
        {
            sets[name] = new SetStage(name, Path.Combine(folder, "sets", name), recipe, recipe.Sets[name], data, tokenizer);
            _stages.Add(sets[name]);
        }

        var phases = new OrderedDictionary<string, PhaseStage>();
        foreach (var (name, options) in active)
        {
            var from = options.From is { } start ? phases[start] : null;
            var phaseFolder = Path.Combine(folder, "phases", name);
            phases[name] = new PhaseStage(name, phaseFolder, recipe, options, from, sets[options.Set], tokenizer, data);
            _stages.Add(phases[name]);
        }

        _last = phases[active.Last(p => !p.Value.CompareOnly).Key];
        var systems = new OrderedDictionary<string, PhaseStage>();
        // The result of the run stands last, whatever it is compared with.
        foreach (var name in recipe.Evaluation.Systems.Where(phases.ContainsKey).OrderBy(name => phases[name] == _last))
            systems[name] = phases[name];
        if (systems.Count == 0)
            return;
        var evaluation = new EvaluationStage(Path.Combine(folder, "evaluation"), recipe, systems, tokenizer, data);
        var contamination = new ContaminationStage(Path.Combine(folder, "contamination"), recipe, sets.Values, evaluation, data);
        _report = new ReportStage(Path.Combine(folder, "report"), folder, recipe, phases, evaluation, contamination, data);
        _stages.Add(contamination);
        _stages.Add(evaluation);
        _stages.Add(_report);
    }

    /// <summary>What would be done, a line per stage.</summary>
    public IEnumerable<string> Describe() => _stages.Select(stage => $"{stage.Name}: {stage.Describe()}");

    /// <summary>Runs what is not finished.</summary>
    /// <param name="from">Do this stage and all after it anew.</param>
    /// <param name="cancellation">Stops at the next place where state is kept.</param>
    /// <exception cref="RequestException">A file is wrong, or the folder holds another run.</exception>
    /// <exception cref="OperationCanceledException">Stopped; the same call goes on.</exception>
    public void Execute(string? from, CancellationToken cancellation)
    {
        // Reading what the keys are made of names every file that is missing before anything is written.
        TorchRuntime.Check();
        var device = DeviceOf(_recipe);
        foreach (var stage in _stages)
            _ = stage.Key;
        using var ranks = Launch.Join(device, Path.Combine(_folder, "ranks"), End);
        using var onStop = cancellation.Register(() => SayWhy(ranks));
        try
        {
            Execute(from, ranks, cancellation);
        }
        catch (OperationCanceledException)
        {
            ranks.Finish();   // all of them stop at the same place
            throw;
        }

        ranks.Finish();
    }

    /// <summary>The device of this process: of several processes on a machine each takes one of its own.</summary>
    internal static Device DeviceOf(Recipe recipe) =>
        TorchRuntime.ParseDevice(recipe.Device == "cuda" ? $"cuda:{Launch.LocalRank}" : recipe.Device);

    private void Execute(string? from, ICollective ranks, CancellationToken cancellation)
    {
        var runner = new StageRunner(_stages, _events, TimeProvider.System, ranks);
        var first = runner.IndexOf(from);
        using var alone = ranks.Rank == 0 ? new FolderLock(_folder) : null;
        if (ranks.Rank == 0)
        {
            runner.Prepare(first);
            AtomicFile.WriteAllText(Path.Combine(_folder, "recipe.yaml"), RecipeWriter.Write(_recipe));
        }

        runner.Run(_recipe.Seed, cancellation);
        if (ranks.Rank != 0)
            return;
        PublishModel();
        _events.Note($"model: {Path.Combine(_folder, "model")}");
        if (_report is not null)
            _events.Note($"report: {Path.Combine(_folder, _report.FileOf(_recipe.Evaluation.Suites[0], "html"))}");
    }

    // A rank that waits in a native call for one that does not come cannot be reached by an exception.
    private void End(string why)
    {
        _events.Warn(why);
        Process.GetCurrentProcess().Kill();
    }

    private void SayWhy(ICollective ranks)
    {
        if (ranks.Size > 1)
            _events.Warn($"rank {ranks.Rank} of {ranks.Size}: told to stop; the same command goes on from the last checkpoint");
    }

    /// <summary>The last phase's model under a name that does not depend on the recipe.</summary>
    private void PublishModel()
    {
        var target = Path.Combine(_folder, "model");
        foreach (var path in Directory.EnumerateFiles(_last.ModelFolder))
        {
            using var source = File.OpenRead(path);
            AtomicFile.Write(Path.Combine(target, Path.GetFileName(path)), source.CopyTo);
        }
    }
}
