namespace Llamax.Models.Causal;

/// <summary>Where every tensor of a model lies in the flat buffer (design, principle 1).</summary>
internal sealed class ParameterLayout
{
    /// <summary>Elements that every slice starts at a multiple of: whole cache lines and vector registers in every type.</summary>
    public const int Alignment = 64;

    /// <summary>Name, shape, first element; matrices first, then norms and biases.</summary>
    public IReadOnlyList<(string Name, long[] Shape, long Offset)> Slices { get; }

    /// <summary>Elements of the matrices, gaps included: the part with weight decay.</summary>
    public long DecayedLength { get; }

    /// <summary>Elements of the whole buffer, gaps included.</summary>
    public long Length { get; }

    public ParameterLayout(CausalConfig config)
    {
        var tensors = Tensors(config).ToList();
        var slices = new List<(string, long[], long)>();
        var offset = 0L;
        foreach (var decays in new[] { true, false })
        {
            foreach (var (name, shape) in tensors.Where(t => t.Shape.Length > 1 == decays))
            {
                slices.Add((name, shape, offset));
                offset += Aligned(shape.Aggregate(1L, (product, size) => product * size));
            }

            if (decays)
                DecayedLength = offset;
        }

        (Slices, Length) = (slices, offset);
    }

    private static IEnumerable<(string Name, long[] Shape)> Tensors(CausalConfig config)
    {
        long hidden = config.HiddenSize, wide = config.IntermediateSize, vocabulary = config.VocabularySize;
        long query = (long)config.Heads * config.HeadSize, keyValue = (long)config.KeyValueHeads * config.HeadSize;
        yield return (CausalTensorNames.Embedding, [vocabulary, hidden]);
        for (var layer = 0; layer < config.Layers; layer++)
        {
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.AttentionNorm), [hidden]);
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.Query), [query, hidden]);
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.Key), [keyValue, hidden]);
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.Value), [keyValue, hidden]);
            if (config.QueryKeyValueBias)
            {
                yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.QueryBias), [query]);
                yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.KeyBias), [keyValue]);
                yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.ValueBias), [keyValue]);
            }

            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.AttentionOutput), [hidden, query]);
            if (config.AttentionOutputBias)
                yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.AttentionOutputBias), [hidden]);
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.MlpNorm), [hidden]);
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.Gate), [wide, hidden]);
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.Up), [wide, hidden]);
            yield return (CausalTensorNames.InLayer(layer, CausalTensorNames.Down), [hidden, wide]);
        }

        yield return (CausalTensorNames.FinalNorm, [hidden]);
        if (!config.TiedHead)
            yield return (CausalTensorNames.Head, [vocabulary, hidden]);
    }

    /// <summary>The elements that a slice of this length takes, its gap included.</summary>
    public static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
