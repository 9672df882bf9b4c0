namespace Llamax.Models.Layers;

/// <summary>Name and shape of a learnt tensor, as Hugging Face stores it.</summary>
internal readonly record struct TensorShape(string Name, params long[] Sizes)
{
    /// <summary>Elements; a hostile config can ask for more than 64 bits hold.</summary>
    public Int128 Length => Sizes.Aggregate((Int128)1, (product, size) => product * size);
}

/// <summary>Where every tensor of a model lies in the flat buffer (design, principle 1).</summary>
internal sealed class ParameterLayout
{
    /// <summary>Elements that every slice starts at a multiple of: whole cache lines and vector registers in every type.</summary>
    public const int Alignment = 64;

    public ParameterLayout(IReadOnlyList<TensorShape> tensors)
    {
        var slices = new List<(string, long[], long)>();
        var offset = 0L;
        foreach (var decays in new[] { true, false })
        {
            foreach (var tensor in tensors.Where(t => t.Sizes.Length > 1 == decays))
            {
                slices.Add((tensor.Name, tensor.Sizes, offset));
                offset += Aligned((long)tensor.Length);
            }

            if (decays)
                DecayedLength = offset;
        }

        (Slices, Length) = (slices, offset);
    }

    /// <summary>Name, shape, first element; matrices first, then norms and biases.</summary>
    public IReadOnlyList<(string Name, long[] Shape, long Offset)> Slices { get; }

    /// <summary>Elements of the matrices, gaps included: the part with weight decay.</summary>
    public long DecayedLength { get; }

    /// <summary>Elements of the whole buffer, gaps included.</summary>
    public long Length { get; }

    /// <summary>The elements that a slice of this length takes, its gap included.</summary>
    public static long Aligned(long length) => (length + Alignment - 1) / Alignment * Alignment;
}
