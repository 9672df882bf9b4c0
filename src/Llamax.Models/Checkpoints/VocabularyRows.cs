using Llamax.Models.Causal;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>A model with more words: rows of the embedding and of the head behind those that it has.</summary>
public static class VocabularyRows
{
    /// <summary>
    /// Reads one weight after another and writes it: memory for the embedding, once as it is and once extended, suffices. Each new row is
    /// the mean of old ones; everything else stays as it is, to the bit.
    /// </summary>
    /// <param name="model">A Hugging Face folder of a decoder.</param>
    /// <param name="folder">Made where it is missing. Tokenizer files are the caller's.</param>
    /// <param name="pieces">Ids of the vocabulary as it was; rows beyond them, which no id reaches, are dropped.</param>
    /// <param name="origins">Of each new id the old ones whose rows it is the mean of.</param>
    /// <param name="maxShardBytes">Weights beyond this are split into numbered shards.</param>
    /// <exception cref="RequestException">The model cannot be read, or has fewer rows than the vocabulary ids.</exception>
    public static void Append(
        string model, string folder, int pieces, IReadOnlyList<int[]> origins, long maxShardBytes = 5_000_000_000)
    {
        var config = CausalConfig.Read(model);
        var names = config.Family.Tensors;
        if (config.VocabularySize < pieces)
        {
            throw new RequestException(
                $"the model has {config.VocabularySize} rows and its tokenizer {pieces} ids", model,
                "put the model's own tokenizer beside it");
        }

        using var checkpoint = new CheckpointFolder(model);
        var located = config.StoredNames().Locate(checkpoint, [.. config.Tensors()]);
        // A tied head may be stored all the same.
        var extended = new[] { names.Embedding, names.Head }.Select(name => $"{name}.weight")
            .Select(name => located.GetValueOrDefault(name, name)).ToHashSet(StringComparer.Ordinal);
        var tensors = checkpoint.Tensors.OrderBy(tensor => tensor.Key, StringComparer.Ordinal).Select(tensor =>
        {
            var (name, stored) = tensor;
            return extended.Contains(name)
                ? new TensorToWrite(name, [pieces + origins.Count, stored.Shape[1]], stored.Element,
                    () => Extend(checkpoint.Read(name), pieces, origins))
                : new TensorToWrite(name, stored.Shape, stored.Element, () => checkpoint.Read(name));
        }).ToList();
        CheckpointFolder.Write(folder, tensors, maxShardBytes);
        var json = HuggingFaceExport.ReadConfig(model);
        json["vocab_size"] = pieces + origins.Count;
        AtomicFile.WriteAllText(Path.Combine(folder, "config.json"), json.ToJsonString(JsonFile.Indented) + "\n");
    }

    private static Tensor Extend(Tensor rows, int pieces, IReadOnlyList<int[]> origins)
    {
        using var scope = NewDisposeScope();
        var whole = empty([pieces + origins.Count, rows.shape[1]], rows.dtype);
        whole.narrow(0, 0, pieces).copy_(rows.narrow(0, 0, pieces));
        for (var i = 0; i < origins.Count; i++)
        {
            using var row = NewDisposeScope();
            var parts = rows.index_select(0, tensor(Array.ConvertAll(origins[i], id => (long)id))).to(ScalarType.Float32);
            whole.select(0, pieces + i).copy_(parts.mean([0]));
        }

        return whole.MoveToOuterDisposeScope();
    }
}
