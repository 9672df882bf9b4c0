using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>Element types as safetensors and config.json spell them.</summary>
internal static class SafetensorsTypes
{
    private static readonly (ScalarType Type, string Name, int Size)[] Table =
    [
        (ScalarType.Float32, "F32", 4), (ScalarType.Float16, "F16", 2), (ScalarType.BFloat16, "BF16", 2), (ScalarType.Float64, "F64", 8),
        (ScalarType.Int64, "I64", 8), (ScalarType.Int32, "I32", 4), (ScalarType.Int16, "I16", 2), (ScalarType.Int8, "I8", 1),
        (ScalarType.Byte, "U8", 1), (ScalarType.Bool, "BOOL", 1),
    ];

    public static bool TryParse(string? name, out ScalarType type)
    {
        foreach (var row in Table)
        {
            type = row.Type;
            if (row.Name == name)
                return true;
        }

        type = default;
        return false;
    }

    public static string Name(ScalarType type) => Table.Single(row => row.Type == type).Name;

    /// <summary>Bytes of one element.</summary>
    public static int Size(ScalarType type) => Table.Single(row => row.Type == type).Size;

    /// <summary>The word of transformers' <c>torch_dtype</c>.</summary>
    public static string ConfigName(ScalarType type) => type switch
    {
        ScalarType.Float32 => "float32",
        ScalarType.Float16 => "float16",
        ScalarType.BFloat16 => "bfloat16",
        ScalarType.Float64 => "float64",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Weights are floating-point numbers."),
    };
}
