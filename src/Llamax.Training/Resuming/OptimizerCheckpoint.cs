using Llamax.Models.Checkpoints;
using Llamax.Runs;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Resuming;

/// <summary>The moments, and the master weights where the model has lower precision, as one safetensors file of flat tensors.</summary>
internal static class OptimizerCheckpoint
{
    /// <summary>Writes the file.</summary>
    public static void Write(string path, FlatAdamW optimizer) =>
        SafetensorsWriter.Write(path, [.. Tensors(optimizer)], ScalarType.Float32);

    /// <summary>Copies the file into the optimiser.</summary>
    /// <param name="path">The file.</param>
    /// <param name="optimizer">Of the same model.</param>
    /// <param name="stepsTaken">Optimiser steps behind the moments.</param>
    /// <exception cref="RequestException">The file does not fit the model.</exception>
    public static void Read(string path, FlatAdamW optimizer, int stepsTaken)
    {
        using var frozen = no_grad();
        using var file = new SafetensorsFile(path);
        foreach (var (name, target) in Tensors(optimizer))
        {
            if (!file.Entries.TryGetValue(name, out var entry) || !entry.Shape.SequenceEqual(target.shape))
                throw new RequestException($"{name} is missing or has another size than the model", path, "delete this checkpoint");
            using var view = file.View(name);
            target.copy_(view);
        }

        optimizer.ContinueFrom(stepsTaken);
    }

    private static IEnumerable<(string Name, Tensor Value)> Tensors(FlatAdamW optimizer)
    {
        yield return ("first_moment", optimizer.FirstMoment);
        yield return ("second_moment", optimizer.SecondMoment);
        if (optimizer.Master is { } master)
            yield return ("master", master);
    }
}
