using Llamax.Runs;

namespace Llamax.Models.Checkpoints.Gguf;

/// <summary>How the numbers of a tensor are stored in GGUF; the values are those of the format (ggml_type).</summary>
internal enum GgufType
{
    F32 = 0,
    F16 = 1,
    Q4_0 = 2,
    Q4_1 = 3,
    Q5_0 = 6,
    Q5_1 = 7,

    /// <summary>Blocks of 32 signed bytes with one float16 scale.</summary>
    Q8_0 = 8,
    Q4_K = 12,
    Q5_K = 13,
    Q6_K = 14,
    BF16 = 30,
}

/// <summary>Sizes of the storage types.</summary>
internal static class GgufTypes
{
    /// <summary>Numbers per block, all of one row, and the bytes of a block.</summary>
    public static (int Elements, int Bytes) Block(GgufType type) => type switch
    {
        GgufType.F32 => (1, 4),
        GgufType.F16 or GgufType.BF16 => (1, 2),
        GgufType.Q4_0 => (32, 18),
        GgufType.Q4_1 => (32, 20),
        GgufType.Q5_0 => (32, 22),
        GgufType.Q5_1 => (32, 24),
        GgufType.Q8_0 => (32, 34),
        GgufType.Q4_K => (256, 144),
        GgufType.Q5_K => (256, 176),
        GgufType.Q6_K => (256, 210),
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "No storage type of GGUF that Llamax knows."),
    };

    /// <summary>Bytes of <paramref name="elements"/> numbers, a whole number of blocks.</summary>
    public static long Bytes(GgufType type, long elements)
    {
        var (size, bytes) = Block(type);
        return elements / size * bytes;
    }

    /// <exception cref="RequestException">A type that cannot be read here.</exception>
    public static GgufType Parse(uint number, string tensor, string path) => Enum.IsDefined((GgufType)number)
        ? (GgufType)number
        : throw new RequestException(
            $"the tensor {tensor} has the storage type {number}; Llamax reads {string.Join(", ", Enum.GetNames<GgufType>())}", path,
            "use another quantisation of the model, or export it again from the unquantised one");
}
