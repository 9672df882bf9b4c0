using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>A tensor as the header of a file describes it; the description has been checked against the file.</summary>
/// <param name="Type">Element type as the file's format spells it: F32, BF16, Q4_K.</param>
/// <param name="Shape">Sizes, outermost first; empty for a scalar.</param>
/// <param name="Bytes">Size in the file.</param>
/// <param name="Element">The type of the weights when they are read unchanged; blocks of quantised weights become float32.</param>
internal sealed record StoredTensor(string Type, long[] Shape, long Bytes, ScalarType Element)
{
    /// <summary>Numbers in the tensor.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    public bool IsFloatingPoint => Element is ScalarType.Float32 or ScalarType.Float16 or ScalarType.BFloat16 or ScalarType.Float64;
}

/// <summary>One file with named tensors: safetensors, torch zip or GGUF. Opening it reads and checks the header, nothing else.</summary>
internal interface ITensorFile : IDisposable
{
    string Path { get; }

    /// <summary>safetensors, torch.save or GGUF.</summary>
    string Format { get; }

    /// <summary>Every tensor by its name in Hugging Face's spelling.</summary>
    IReadOnlyDictionary<string, StoredTensor> Tensors { get; }

    /// <summary>Names that were left out because they share the memory of another, and that other name.</summary>
    IReadOnlyDictionary<string, string> Ties => new Dictionary<string, string>();

    /// <summary>Copies a tensor into <paramref name="target"/>, contiguous and of the same shape, converting its element type.</summary>
    void CopyTo(string name, Tensor target);
}

/// <summary>Sizes that files claim.</summary>
internal static class ClaimedSizes
{
    private const int MostDimensions = 16;

    /// <summary>Elements of a shape that nobody has checked; null where they are too many, a size is negative or the product leaves 63 bits.</summary>
    public static long? Elements(ReadOnlySpan<long> shape)
    {
        if (shape.Length > MostDimensions)
            return null;
        Int128 product = 1;
        foreach (var size in shape)
        {
            // With every partial product below 2⁶³ the next one never leaves 128 bits.
            product *= size;
            if (size < 0 || product > long.MaxValue)
                return null;
        }

        return (long)product;
    }

    /// <summary>Refuses tensors that share bytes: two names for one memory are the mark of a forged or damaged file.</summary>
    public static void RefuseOverlaps(string path, IEnumerable<(string Name, long Begin, long Length)> tensors)
    {
        var (owner, end) = ("", 0L);
        foreach (var (name, begin, length) in tensors.Where(t => t.Length > 0).OrderBy(t => t.Begin).ThenBy(t => t.Length))
        {
            if (begin < end)
            {
                throw new RequestException(
                    $"the tensor {name} begins at byte {begin} of the data, inside of {owner}, which ends at {end}", path,
                    "download or write the file again; it is damaged");
            }

            (owner, end) = (name, begin + length);
        }
    }
}
