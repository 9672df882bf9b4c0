using System.Text.Json;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Training.Optimizers;
using Llamax.Training.Resuming;

namespace Llamax.Training.Loop;

/// <summary>
/// Drives a run: reads blocks, lets <see cref="OptimizerStep"/> move the model, logs, validates, writes checkpoints. Killed at any
/// moment and started again it continues from the newest whole checkpoint, and ends with the bytes of an undisturbed run.
/// </summary>
public sealed class Trainer(TrainingRun run, IRunEvents events)
{
    private const string ModelFolder = "model";
    private const string ResultFile = "result.json";
    private const int StepsBetweenTrims = 256;

    private readonly CheckpointStore _checkpoints = new(Path.Combine(run.Folder, "checkpoints"), run.Options.KeepCheckpoints);

    /// <summary>Trains to the end, or returns the result of a run that was finished before.</summary>
    /// <param name="cancellation">Stops at the next step, after a checkpoint.</param>
    /// <exception cref="RequestException">Options, model, corpus or training folder do not fit together, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the same run continues later.</exception>
    public TrainingResult Train(CancellationToken cancellation = default)
    {
        var start = new TrainingStart(run, events);
        using var folderLock = new FolderLock(run.Folder);
        using var log = new StepLog(run.Folder);
        if (FinishedBefore(start.Settings) is { } result)
            return result;
        TorchRuntime.SetThreads(run.Options.ThreadsOfAWorker);
        TorchRuntime.KeepFreedMemory();
        var checkpoint = _checkpoints.NewestIntact(events.Warn);
        if (checkpoint is not null)
        {
            start.Settings.ThrowIfOther(checkpoint.State.Settings, checkpoint.Path);
            events.Note($"continuing after step {checkpoint.State.Step} of {start.Order.Steps}");
        }

        using var model = checkpoint is null ? start.CreateModel() : CausalModel.Load(checkpoint.Path, run.DataType, run.Device);
        using var optimizer = new FlatAdamW(model, run.Options.AdamW);
        var state = checkpoint?.State ?? TrainingState.AtFirst(start.Settings);
        if (checkpoint is not null)
            OptimizerCheckpoint.Read(Path.Combine(checkpoint.Path, CheckpointStore.OptimizerFile), optimizer, state.Step);
        log.CutTo(state.LogLength);
        state = TakeSteps(start, model, optimizer, log, state, cancellation);
        log.FlushToDisk();
        return Finish(start, model, state);
    }

    private TrainingState TakeSteps(
        TrainingStart start, CausalModel model, FlatAdamW optimizer, StepLog log, TrainingState state, CancellationToken cancellation)
    {
        var (options, order) = (run.Options, start.Order);
        using var optimizerStep = new OptimizerStep(model, optimizer, options.BlocksPerMicroBatch, options.Workers);
        var pace = new TrainingPace(run.Folder, order.Steps, state.Step, run.Clock);
        var buffers = Array.Empty<PackedBlock>();
        var (savedStep, savedAt) = (state.Step, run.Clock.GetTimestamp());
        using var bar = events.Begin("train", order.Steps, "step");
        bar.Advance(state.Step);
        try
        {
            while (true)
            {
                // Validation comes before the checkpoint and is remembered by it: one that was interrupted is run after resuming.
                if (IsDue(state.Step, options.ValidateEvery, order.Steps) && state.ProbedStep < state.Step)
                    state = Validate(model, log, state, cancellation);
                if (state.Step == order.Steps)
                    return state;
                if (state.Step > savedStep && IsCheckpointDue(state.Step, savedAt))
                {
                    Save(start, model, optimizer, log, state);
                    (savedStep, savedAt) = (state.Step, run.Clock.GetTimestamp());
                }

                cancellation.ThrowIfCancellationRequested();
                var learningRate = start.Schedule.At(state.Step);
                var outcome = optimizerStep.Run(Read(order.BlocksOf(state.Step), ref buffers), learningRate, state.Tally);
                state = state.After(outcome);
                pace.Count(outcome.Tokens);
                Report(log, pace, state, outcome, learningRate, order.Steps);
                bar.Advance(1);
                bar.Status(pace.Remark(state.Step, outcome.Loss));
                if (state.Step % StepsBetweenTrims == 0)
                    TorchRuntime.MallocTrim();
            }
        }
        catch (OperationCanceledException) when (state.Step > savedStep)
        {
            Save(start, model, optimizer, log, state);
            throw;
        }
    }

    private bool IsCheckpointDue(int step, long savedAt) =>
        (run.Options.CheckpointEverySteps > 0 && step % run.Options.CheckpointEverySteps == 0)
        || (run.Options.CheckpointInterval is { } interval && run.Clock.GetElapsedTime(savedAt) >= interval);

    private static bool IsDue(int step, int every, int steps) => step == steps || (every > 0 && step > 0 && step % every == 0);

    private ReadOnlyMemory<PackedBlock> Read(int[] blocks, ref PackedBlock[] buffers)
    {
        if (buffers.Length < blocks.Length)
            buffers = [.. blocks.Select(_ => new PackedBlock(run.Corpus.BlockLength))];
        for (var i = 0; i < blocks.Length; i++)
            run.Corpus.Read(blocks[i], buffers[i]);
        return buffers.AsMemory(0, blocks.Length);
    }

    private void Report(StepLog log, TrainingPace pace, TrainingState state, StepOutcome outcome, double learningRate, int steps)
    {
        var splits = run.Options.LogEvery > 0 && IsDue(state.Step, run.Options.LogEvery, steps);
        log.Step(state.Step, outcome, learningRate, splits ? state.Tally : null);
        if (outcome.Loss is { } loss)
            events.Measure("train/loss", loss, state.Step);
        events.Measure("train/learning_rate", learningRate, state.Step);
        if (outcome.GradientNorm is { } norm)
            events.Measure("train/gradient_norm", norm, state.Step);
        if (!splits)
            return;
        state.Tally.Clear();
        pace.Write(state.Step);
    }

    private TrainingState Validate(CausalModel model, StepLog log, TrainingState state, CancellationToken cancellation)
    {
        // All probes are measured before the first line is logged: an interruption leaves none of them half done.
        var measured = run.Probes.Select(probe => (probe.Name, Values: probe.Measure(model, state.Step, cancellation))).ToList();
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, probeValues) in measured)
        {
            log.Probe(state.Step, name, probeValues);
            foreach (var (key, value) in probeValues)
            {
                values[$"{name}/{key}"] = value;
                events.Measure($"{name}/{key}", value, state.Step);
            }
        }

        return state with { ProbedStep = state.Step, Probes = values };
    }

    private void Save(TrainingStart start, CausalModel model, FlatAdamW optimizer, StepLog log, TrainingState state)
    {
        log.FlushToDisk();
        _checkpoints.Save(state with { LogLength = log.Length }, folder =>
        {
            WriteModel(start, model, folder);
            OptimizerCheckpoint.Write(Path.Combine(folder, CheckpointStore.OptimizerFile), optimizer);
        });
        TorchRuntime.MallocTrim();
    }

    private static void WriteModel(TrainingStart start, CausalModel model, string folder)
    {
        model.Save(folder);
        foreach (var file in start.CompanionFiles)
        {
            using var source = File.OpenRead(file);
            AtomicFile.Write(Path.Combine(folder, Path.GetFileName(file)), source.CopyTo);
        }
    }

    private TrainingResult Finish(TrainingStart start, CausalModel model, TrainingState state)
    {
        var folder = Path.Combine(run.Folder, ModelFolder);
        AtomicFolder.Write(folder, temporary => WriteModel(start, model, temporary));
        var result = new TrainingResult
        {
            ModelFolder = ModelFolder,
            Steps = state.Step,
            Tokens = state.Tokens,
            LossTokens = state.LossTokens,
            LastLoss = state.LastLoss,
            Probes = state.Probes,
            Settings = start.Settings,
            Files = AtomicFolder.Hashes(folder),
        };
        AtomicFile.WriteAllText(Path.Combine(run.Folder, ResultFile), JsonSerializer.Serialize(result, TrainingFormat.Json));
        return result;
    }

    private TrainingResult? FinishedBefore(TrainingSettings settings)
    {
        var path = Path.Combine(run.Folder, ResultFile);
        if (!File.Exists(path))
            return null;
        TrainingResult result;
        try
        {
            result = JsonSerializer.Deserialize<TrainingResult>(File.ReadAllBytes(path), TrainingFormat.Json)
                ?? throw new JsonException("it is empty");
        }
        catch (JsonException failure)
        {
            throw new RequestException(
                $"the result of a finished run cannot be read: {failure.Message}", path, "delete this file", failure);
        }

        settings.ThrowIfOther(result.Settings, path);
        var folder = Path.Combine(run.Folder, ModelFolder);
        if (Directory.Exists(folder) && AtomicFolder.Hashes(folder).SequenceEqual(result.Files))
        {
            events.Note($"finished before: {result.Steps} steps");
            return result;
        }

        events.Warn($"{folder}: its files are not those of the finished run; they are made again");
        return null;
    }
}
