using System.Globalization;
using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Training.Resuming;

/// <summary>
/// The folder <c>checkpoints/step-000123/</c>: a Hugging Face folder with the optimiser's files, <c>state.json</c> and, written
/// last, <c>checkpoint.sha256</c> with the hashes of all of them (<c>sha256sum -c</c> reads it). A checkpoint is written under a
/// temporary name and renamed, so it is whole or not there.
/// </summary>
/// <param name="folder">The folder of all checkpoints.</param>
/// <param name="keep">Newest ones that stay, at least 1.</param>
internal sealed class CheckpointStore(string folder, int keep)
{
    public const string StateFile = "state.json";

    private const string HashFile = "checkpoint.sha256";
    private const string Prefix = "step-";

    /// <summary>The newest checkpoint whose files all have their hashes; null where there is none.</summary>
    /// <param name="report">Hears about every broken one that was skipped.</param>
    public Checkpoint? NewestIntact(Action<string> report)
    {
        if (!Directory.Exists(folder))
            return null;
        foreach (var leftover in Directory.EnumerateDirectories(folder, "*" + AtomicFile.TemporarySuffix))
            Directory.Delete(leftover, recursive: true);
        foreach (var (path, step) in All())
        {
            try
            {
                Verify(path);
                var state = ReadState(path);
                if (state.Step != step)
                    throw new InvalidDataException($"{StateFile} says step {state.Step}");
                return new Checkpoint(path, state);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or JsonException or InvalidDataException)
            {
                report($"{path}: skipped, because it is broken: {failure.Message}");
            }
        }

        return null;
    }

    /// <summary>Writes a checkpoint and removes the oldest ones, and those after it, which were found broken.</summary>
    /// <param name="step">Optimiser steps behind it.</param>
    /// <param name="state">The bytes of <see cref="StateFile"/>.</param>
    /// <param name="writeFiles">Writes model and optimiser into the folder it is given, <see cref="Unfinished"/>.</param>
    /// <exception cref="RequestException">The disk is full or forbids writing; nothing half written stays.</exception>
    public void Save(int step, byte[] state, Action<string> writeFiles)
    {
        AtomicFolder.Write(PathOf(step), temporary =>
        {
            writeFiles(temporary);
            AtomicFile.Write(Path.Combine(temporary, StateFile), stream => stream.Write(state));
            var hashes = AtomicFolder.Hashes(temporary).Select(file => $"{file.Value}  {file.Key}\n");
            AtomicFile.WriteAllText(Path.Combine(temporary, HashFile), string.Concat(hashes));
        });
        var all = All().ToLookup(checkpoint => checkpoint.Step > step);
        foreach (var (old, _) in all[true].Concat(all[false].Skip(keep)))
            AtomicFolder.Delete(old);
    }

    /// <summary>The folder of a checkpoint while it is written.</summary>
    public string Unfinished(int step) => PathOf(step) + AtomicFile.TemporarySuffix;

    private string PathOf(int step) => Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{step:D6}"));

    // Newest first.
    private IEnumerable<(string Path, int Step)> All() => Directory.EnumerateDirectories(folder, Prefix + "*")
        .Select(path => (Path: path, Step: StepOf(Path.GetFileName(path))))
        .Where(checkpoint => checkpoint.Step >= 0)
        .OrderByDescending(checkpoint => checkpoint.Step)
        .ToList();

    private static int StepOf(string name) =>
        int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var step) ? step : -1;

    private static TrainingState ReadState(string path)
    {
        var state = JsonSerializer.Deserialize<TrainingState>(File.ReadAllBytes(Path.Combine(path, StateFile)), TrainingFormat.Json)
            ?? throw new InvalidDataException($"{StateFile} is empty");
        return state.Format == TrainingState.CurrentFormat
            ? state
            : throw new InvalidDataException($"{StateFile} has format {state.Format}, and this version reads "
                + $"{TrainingState.CurrentFormat}");
    }

    private static void Verify(string path)
    {
        var actual = AtomicFolder.Hashes(path);
        actual.Remove(HashFile);
        foreach (var line in File.ReadAllLines(Path.Combine(path, HashFile)))
        {
            var parts = line.Split("  ", 2);
            if (parts.Length != 2)
                throw new InvalidDataException($"{HashFile} has a line without a name: \"{line}\"");
            if (!actual.Remove(parts[1], out var hash))
                throw new InvalidDataException($"{parts[1]} is missing");
            if (hash != parts[0])
                throw new InvalidDataException($"{parts[1]} does not have the hash it was written with");
        }

        if (!File.Exists(Path.Combine(path, StateFile)) || actual.ContainsKey(StateFile))
            throw new InvalidDataException($"{HashFile} does not name {StateFile}");
    }
}

/// <summary>A checkpoint that was found whole.</summary>
internal sealed record Checkpoint(string Path, TrainingState State);
