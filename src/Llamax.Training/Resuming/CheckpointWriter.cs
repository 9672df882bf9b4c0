using System.Text.Json;
using Llamax.Models.Causal;
using Llamax.Training.Collectives;
using Llamax.Training.Optimizers;

namespace Llamax.Training.Resuming;

/// <summary>
/// Writes checkpoints while training goes on: the training thread only copies, and a thread of its own writes, hashes and renames. Every
/// rank writes its part of the optimiser, the first one everything else. All ranks make the same calls.
/// </summary>
/// <param name="store">Where they go.</param>
/// <param name="ranks">Who writes.</param>
/// <param name="patience">How long another rank may take to come.</param>
internal sealed class CheckpointWriter(CheckpointStore store, ICollective ranks, TimeSpan? patience) : IDisposable
{
    private Task? _writing;
    private ManualResetEventSlim? _ownWritten;
    private ManualResetEventSlim? _allWritten;
    private Action _disposeCopies = () => { };

    /// <summary>Whether this rank has written what it has to write. Throws what went wrong.</summary>
    public bool HasWritten
    {
        get
        {
            if (_writing is { IsFaulted: true })
                _writing.GetAwaiter().GetResult();
            return _ownWritten?.IsSet ?? true;
        }
    }

    /// <summary>Copies model and optimiser and begins to write them, after the checkpoint before it is whole.</summary>
    /// <param name="state">Where the run stands.</param>
    /// <param name="model">Copied by the first rank.</param>
    /// <param name="optimizer">This rank's part is copied.</param>
    /// <param name="writeModel">Writes a model with the files that belong beside it into a folder.</param>
    public void Begin(TrainingState state, CausalModel model, FlatAdamW optimizer, Action<CausalModel, string> writeModel)
    {
        Wait();
        var stateJson = JsonSerializer.SerializeToUtf8Bytes(state, TrainingFormat.Json);
        var tensors = OptimizerCheckpoint.Copy(optimizer);
        var copy = ranks.Rank == 0 ? model.Copy() : null;
        var (created, ownWritten, allWritten) = (new ManualResetEventSlim(), new ManualResetEventSlim(), new ManualResetEventSlim(ranks.Size == 1));
        (_ownWritten, _allWritten) = (ownWritten, allWritten);
        _disposeCopies = () =>
        {
            copy?.Dispose();
            foreach (var (_, value) in tensors)
                value.Dispose();
        };
        if (copy is not null)
        {
            _writing = Task.Factory.StartNew(
                () => store.Save(state.Step, stateJson, folder =>
                {
                    created.Set();
                    writeModel(copy, folder);
                    WriteOwn(folder);
                    allWritten.Wait();
                }),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            while (!created.Wait(1) && !_writing.IsCompleted)
            {
            }
        }

        if (ranks.Size == 1)
            return;
        _ = HasWritten;
        ranks.Exchange([], patience);   // the first rank has made the folder
        if (copy is null)
        {
            _writing = Task.Factory.StartNew(
                () => WriteOwn(store.Unfinished(state.Step)), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }

        void WriteOwn(string folder)
        {
            OptimizerCheckpoint.Write(Path.Combine(folder, OptimizerCheckpoint.FileName(ranks.Rank, ranks.Size)), tensors);
            ownWritten.Set();
        }
    }

    /// <summary>Says that <see cref="HasWritten"/> is true on all ranks: the first one makes the checkpoint whole.</summary>
    public void Complete()
    {
        _allWritten?.Set();
        _disposeCopies();
        _disposeCopies = () => { };
    }

    /// <summary>Waits until the checkpoint under way is whole on the disk. Throws what went wrong.</summary>
    public void Wait()
    {
        if (_writing is null)
            return;
        while (!HasWritten)
            _ownWritten!.Wait(100);
        ranks.Exchange([], patience);
        Complete();
        _writing.GetAwaiter().GetResult();
        ranks.Exchange([], patience);
        Forget();
    }

    /// <summary>A checkpoint that this process can finish alone is finished; one that needs other ranks is given up.</summary>
    public void Dispose()
    {
        if (_writing is null)
            return;
        if (ranks.Size == 1)
            ((IAsyncResult)_writing).AsyncWaitHandle.WaitOne();
        if (_writing.IsCompleted)
            _disposeCopies();
        Forget();
    }

    private void Forget() => (_writing, _ownWritten, _allWritten) = (null, null, null);
}
