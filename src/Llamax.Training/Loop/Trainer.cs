using System.Globalization;
using System.Text.Json;
using Llamax.Corpus.Packing;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Training.Collectives;
using Llamax.Training.Objectives;
using Llamax.Training.Optimizers;
using Llamax.Training.Planning;
using Llamax.Training.Resuming;
using Llamax.Training.Watching;

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
    private readonly ICollective _ranks = run.Ranks;
    private readonly TimeSpan _patience = run.Options.RankPatience;

    /// <summary>Trains to the end, or returns the result of a run that was finished before. With several ranks all of them call it.</summary>
    /// <param name="cancellation">Stops at the next step, after a checkpoint; one rank's is enough.</param>
    /// <exception cref="RequestException">Options, model, corpus or training folder do not fit together, or cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the same run continues later.</exception>
    public TrainingResult Train(CancellationToken cancellation = default)
    {
        var start = new TrainingStart(run, events);
        using var folderLock = IsFirst ? new FolderLock(run.Folder) : null;
        using var log = IsFirst ? new StepLog(run.Folder) : null;
        if (_ranks.FromFirst(() => FinishedBefore(start.Settings)) is { } result)
            return result;
        TorchRuntime.SetThreads(run.Options.ThreadsOfAWorker);
        TorchRuntime.KeepFreedMemory();
        ResidentMemory.ForgetPeak();
        var plan = start.Plan();
        var checkpoint = _ranks.FromFirst(() => _checkpoints.NewestIntact(events.Warn));
        if (checkpoint is not null)
        {
            start.Settings.ThrowIfOther(checkpoint.State.Settings, checkpoint.Path);
            events.Note($"continuing after step {checkpoint.State.Step} of {start.Order.Steps}");
        }

        var objective = start.CreateObjective(cancellation);
        using var trained = new TrainedModel(start, checkpoint?.Path, run);
        var model = trained.Model;
        var space = new TrainedSpace(
            model, parameter => TrainedPart.Includes(run.Options.Trained, parameter.Name), run.Options.DecayAllParameters);
        using var optimizer = new FlatAdamW(model, run.Options.AdamW, space, _ranks, _patience);
        var state = checkpoint?.State ?? TrainingState.AtFirst(start.Settings);
        if (checkpoint is not null)
            OptimizerCheckpoint.Read(checkpoint.Path, optimizer, state.Step);
        if (!IsFirst)
            state = state with { Tally = new LossTally() };
        log?.CutTo(state.LogLength);
        if (state.Step < start.Order.Steps)
            Check(start, model, optimizer, objective);
        using var board = IsFirst ? new EventFile(run.Folder, state.Step, run.Clock) : null;
        var pace = new TrainingPace(run.Folder, plan, state.Step, run.Clock);
        state = TakeSteps(
            start, model, optimizer, objective, log, state, pace, board is null ? events : new BoardEvents(events, board), cancellation);
        events.Note(pace.Summary());
        log?.FlushToDisk();
        board?.Flush();
        return _ranks.FromFirst(() => Finish(start, trained, state));
    }

    private bool IsFirst => _ranks.Rank == 0;

    private void Check(TrainingStart start, CausalModel model, FlatAdamW optimizer, IObjective objective)
    {
        var check = new StartCheck(model, optimizer, objective, _ranks, _patience);
        var atOnce = run.Options.BlocksPerMicroBatch;
        var first = start.Order.BlocksOf(0);
        PackedBlock[] buffers = [];
        if (atOnce > 1 || _ranks.Size > 1)
            check.CompareSplits(Read(first[..Math.Min(first.Length, Math.Max(2, _ranks.Size))], ref buffers), atOnce);
        check.RehearseLargest(Read(first[..Math.Min(first.Length, atOnce)], ref buffers));
    }

    private TrainingState TakeSteps(
        TrainingStart start, CausalModel model, FlatAdamW optimizer, IObjective objective, StepLog? log, TrainingState state,
        TrainingPace pace, IRunEvents watched,
        CancellationToken cancellation)
    {
        var (options, order) = (run.Options, start.Order);
        using var optimizerStep = new OptimizerStep(
            model, optimizer, options.BlocksPerMicroBatch, options.Workers, _ranks, _patience, objective);
        using var writer = new CheckpointWriter(_checkpoints, _ranks, _patience);
        var best = new BestModel(run);
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
                    state = best.After(pace.Aside(() => Validate(model, log, state, watched, cancellation)), model, start.WriteCompanions);
                if (state.Step == order.Steps || best.IsOver(state))
                {
                    writer.Wait();
                    return state;
                }

                var signals = _ranks.Exchange(
                    new Signals(
                        cancellation.IsCancellationRequested, state.Step > savedStep && IsCheckpointDue(state.Step, savedAt),
                        writer.HasWritten),
                    _patience);
                if (signals.All(signal => signal.HasWritten))
                    writer.Complete();
                if (signals[0].IsCheckpointDue)
                {
                    Save(start, model, optimizer, log, state, writer);
                    (savedStep, savedAt) = (state.Step, run.Clock.GetTimestamp());
                }

                if (signals.Any(signal => signal.IsCancelled))
                    throw new OperationCanceledException(cancellation);
                var blocks = OwnBlocks(order.BlocksOf(state.Step));
                var learningRate = start.Schedule.At(state.Step);
                var outcome = Step(optimizerStep, Read(blocks, ref buffers), blocks, learningRate, state);
                state = state.After(outcome);
                pace.Count(outcome.Tokens);
                Report(log, pace, watched, state, outcome, learningRate, order.Steps);
                bar.Advance(1);
                bar.Status(pace.Remark(state.Step, outcome.Loss));
                if (state.Step % StepsBetweenTrims == 0)
                    TorchRuntime.MallocTrim();
            }
        }
        catch (OperationCanceledException)
        {
            if (state.Step > savedStep)
                Save(start, model, optimizer, log, state, writer);
            writer.Wait();
            throw;
        }
    }

    private StepOutcome Step(
        OptimizerStep step, ReadOnlyMemory<PackedBlock> blocks, int[] numbers, double learningRate, TrainingState state)
    {
        try
        {
            return step.Run(blocks, learningRate, state.Tally);
        }
        catch (NonFiniteLossException failure)
        {
            var number = numbers[blocks.Span.IndexOf(failure.Block)];
            var document = failure.Document is not { } found ? "" : $", {found.Kind.ToString().ToLowerInvariant()} document "
                + (found.Target.Length > 0 ? $"{found.Source}→{found.Target}" : found.Source);
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"{failure.Message} in step {state.Step + 1}, block {number} of the corpus{document}"),
                run.Folder,
                "its checkpoints hold the run before this step: start a new folder with a lower learning rate or a longer warm-up, "
                + "or look at that block", failure);
        }
    }

    // Micro-batches go to the ranks in turn; only the last one of a step may be short, and it is the last of its rank.
    private int[] OwnBlocks(int[] blocks) => _ranks.Size == 1
        ? blocks
        : [.. blocks.Chunk(run.Options.BlocksPerMicroBatch).Where((_, i) => i % _ranks.Size == _ranks.Rank).SelectMany(part => part)];

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

    private void Report(
        StepLog? log, TrainingPace pace, IRunEvents watched, TrainingState state, StepOutcome outcome, double learningRate, int steps)
    {
        var splits = run.Options.LogEvery > 0 && IsDue(state.Step, run.Options.LogEvery, steps);
        if (splits)
            CollectTallies(state.Tally);
        log?.Step(state.Step, outcome, learningRate, splits ? state.Tally : null);
        if (outcome.Loss is { } loss)
            watched.Measure("train/loss", loss, state.Step);
        watched.Measure("train/learning_rate", learningRate, state.Step);
        if (outcome.GradientNorm is { } norm)
            watched.Measure("train/gradient_norm", norm, state.Step);
        if (outcome.Preferences is { } preferences)
        {
            watched.Measure("train/reward_margin", preferences.Margins.Mean, state.Step);
            watched.Measure("train/reward_accuracy", (double)preferences.Right / preferences.Pairs, state.Step);
        }

        if (!splits)
            return;
        foreach (var (name, sum) in state.Tally.Kinds)
            watched.Measure($"train/kinds/{name}", sum.Mean, state.Step);
        foreach (var (name, sum) in state.Tally.Languages)
            watched.Measure($"train/languages/{name}", sum.Mean, state.Step);
        state.Tally.Clear();
        if (!IsFirst)
            return;
        pace.Write(state.Step);
        watched.Measure("pace/tokens_per_second", pace.TokensPerSecond, state.Step);
        watched.Measure("pace/share_of_peak", pace.ShareOfPeak, state.Step);
    }

    /// <summary>Moves what all ranks have counted to the first one.</summary>
    private void CollectTallies(LossTally own)
    {
        if (_ranks.Size == 1)
            return;
        var all = _ranks.Exchange(IsFirst ? [] : JsonSerializer.SerializeToUtf8Bytes(own, TrainingFormat.Json), _patience);
        if (!IsFirst)
            own.Clear();
        else
            foreach (var message in all.AsSpan(1))
                own.Add(JsonSerializer.Deserialize<LossTally>(message, TrainingFormat.Json)!);
    }

    private TrainingState Validate(
        CausalModel model, StepLog? log, TrainingState state, IRunEvents watched, CancellationToken cancellation)
    {
        // All probes are measured before the first line is logged: an interruption leaves none of them half done.
        var measured = _ranks.FromFirst(() =>
        {
            try
            {
                return run.Probes.ToDictionary(probe => probe.Name, probe => probe.Measure(model, state.Step, cancellation));
            }
            catch (OperationCanceledException)
            {
                return null;
            }
        }) ?? throw new OperationCanceledException(cancellation);
        var values = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var name in run.Probes.Select(probe => probe.Name))
        {
            log?.Probe(state.Step, name, measured[name]);
            foreach (var (key, value) in measured[name])
            {
                values[$"{name}/{key}"] = value;
                watched.Measure($"{name}/{key}", value, state.Step);
            }
        }

        return state with { ProbedStep = state.Step, Probes = values };
    }

    private void Save(
        TrainingStart start, CausalModel model, FlatAdamW optimizer, StepLog? log, TrainingState state, CheckpointWriter writer)
    {
        CollectTallies(state.Tally);
        log?.FlushToDisk();
        var saved = state with { LogLength = log?.Length ?? 0 };
        writer.Begin(saved, model, optimizer, (copy, folder) =>
        {
            TrainedModel.Save(copy, folder);
            start.WriteCompanions(folder);
        });
    }

    private TrainingResult Finish(TrainingStart start, TrainedModel last, TrainingState state)
    {
        using var kept = BestModel.Load(start, run, state);
        var trained = kept ?? last;
        var folder = Path.Combine(run.Folder, ModelFolder);
        if (trained.Model.Adapter is { } adapter)
            AtomicFolder.Write(Path.Combine(run.Folder, TrainedModel.AdapterFolder), temporary => adapter.Save(temporary));
        AtomicFolder.Write(folder, temporary =>
        {
            trained.SaveMerged(temporary);
            start.WriteCompanions(temporary);
        });
        var result = new TrainingResult
        {
            ModelFolder = ModelFolder,
            Steps = state.Step,
            Tokens = state.Tokens,
            LossTokens = state.LossTokens,
            LastLoss = state.LastLoss,
            Probes = state.Probes,
            BestStep = state.Best?.Step,
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

    private readonly record struct Signals(bool IsCancelled, bool IsCheckpointDue, bool HasWritten);
}
