using System.Globalization;
using Llamax.Models.Checkpoints;
using Llamax.Runs;
using Llamax.Training.Optimizers;
using static TorchSharp.torch;

namespace Llamax.Training.Resuming;

/// <summary>
/// The moments, and the master weights where the model has lower precision: a safetensors file of flat tensors from every rank, in the
/// order of the ranks. Laid end to end they are the whole, so another number of ranks can read them.
/// </summary>
internal static class OptimizerCheckpoint
{
    private const string Prefix = "optimizer";

    /// <summary>The file of a rank.</summary>
    public static string FileName(int rank, int ranks) => ranks == 1
        ? $"{Prefix}.safetensors"
        : string.Create(CultureInfo.InvariantCulture, $"{Prefix}-{rank + 1:D5}-of-{ranks:D5}.safetensors");

    /// <summary>Copies of what the optimiser remembers, on the CPU; the caller disposes them.</summary>
    public static IReadOnlyList<(string Name, Tensor Value)> Copy(FlatAdamW optimizer)
    {
        using var frozen = no_grad();
        return [.. Tensors(optimizer).Select(part => (part.Name, part.Value.to(CPU, copy: true).DetachFromDisposeScope()))];
    }

    /// <summary>Writes the file of a rank.</summary>
    public static void Write(string path, IReadOnlyList<(string Name, Tensor Value)> tensors) =>
        SafetensorsWriter.Write(path, tensors, ScalarType.Float32);

    /// <summary>Copies this rank's part of the files into the optimiser.</summary>
    /// <param name="folder">The checkpoint.</param>
    /// <param name="optimizer">Of the same model.</param>
    /// <param name="stepsTaken">Optimiser steps behind the moments.</param>
    /// <exception cref="RequestException">The files do not fit the model.</exception>
    public static void Read(string folder, FlatAdamW optimizer, int stepsTaken)
    {
        using var scope = NewDisposeScope();
        using var frozen = no_grad();
        var start = 0L;
        foreach (var path in Directory.EnumerateFiles(folder, Prefix + "*.safetensors").Order(StringComparer.Ordinal))
        {
            using var file = new SafetensorsFile(path);
            var length = 0L;
            foreach (var (name, target) in Tensors(optimizer))
            {
                if (!file.Entries.TryGetValue(name, out var entry) || entry.Shape.Length != 1 || (length > 0 && entry.Shape[0] != length))
                    throw new RequestException($"{name} is missing or has another size than the rest", path, "delete this checkpoint");
                length = entry.Shape[0];
                var shared = optimizer.Own.Within(start, length);
                if (shared.Length == 0)
                    continue;
                using var view = file.View(name);
                target.narrow(0, shared.Start - optimizer.Own.Start, shared.Length)
                    .copy_(view.narrow(0, shared.Start - start, shared.Length));
            }

            start += length;
        }

        if (start != optimizer.Length)
        {
            throw new RequestException(
                string.Create(CultureInfo.InvariantCulture, $"the optimiser has {start} numbers in it, and the model needs {optimizer.Length}"),
                folder, "delete this checkpoint");
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
