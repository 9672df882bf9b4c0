using Llamax.Models.Adapters;
using Llamax.Models.Causal;

namespace Llamax.Training.Loop;

/// <summary>The model of a run: the weights that move, or frozen ones with an adapter that moves.</summary>
internal sealed class TrainedModel : IDisposable
{
    /// <summary>PEFT's folder inside the training folder.</summary>
    public const string AdapterFolder = "adapter";

    private readonly CausalModel _weights;

    /// <param name="start">The run.</param>
    /// <param name="checkpoint">The folder of the checkpoint that is continued; null = from the start.</param>
    /// <param name="run">Type, device and options.</param>
    /// <exception cref="Llamax.Runs.RequestException">A file does not fit.</exception>
    public TrainedModel(TrainingStart start, string? checkpoint, TrainingRun run)
    {
        if (run.Options.Lora is not { } lora)
        {
            _weights = Model = checkpoint is null ? start.CreateModel() : CausalModel.Load(checkpoint, run.DataType, run.Device);
        }
        else
        {
            _weights = start.CreateModel();
            var config = lora.Config(run.InitialModel, start.Configuration.Family.IsTransposed);
            var adapter = checkpoint is null
                ? LoraAdapter.Create(config, _weights, run.Options.Seed)
                : LoraAdapter.Load(checkpoint, _weights);
            Model = _weights.WithAdapter(adapter);
        }

        Model.RecomputesActivations = run.Options.RecomputeActivations;
    }

    /// <summary>What is trained.</summary>
    public CausalModel Model { get; }

    /// <summary>Writes what moves, for a checkpoint: a Hugging Face folder, or the adapter alone.</summary>
    /// <param name="copy">From <see cref="CausalModel.Copy"/>.</param>
    /// <param name="folder">The folder.</param>
    public static void Save(CausalModel copy, string folder)
    {
        if (copy.Adapter is { } adapter)
            adapter.Save(folder);
        else
            copy.Save(folder);
    }

    /// <summary>Writes the final model, the adapter merged into it; it is not trained any more afterwards.</summary>
    public void SaveMerged(string folder)
    {
        Model.Adapter?.Merge(_weights);
        _weights.Save(folder);
    }

    public void Dispose()
    {
        var adapter = Model.Adapter;
        Model.Dispose();
        adapter?.Dispose();
        if (!ReferenceEquals(Model, _weights))
            _weights.Dispose();
    }
}
