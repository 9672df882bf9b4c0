using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Llamax.Models.Causal;

namespace Llamax.Bench.Engines;

/// <summary>Reads the weights that one token needs, and does nothing else: the bound that memory sets to decoding.</summary>
internal sealed class MemoryReader(CausalModel model)
{
    // An embedding gives one row of its thousands.
    private readonly ModelParameter[] _weights =
        [.. model.Parameters.Where(parameter => parameter.Decays && !parameter.Name.Contains("embed", StringComparison.Ordinal))];

    private long _sum;

    public void Read(int tokens)
    {
        for (var token = 0; token < tokens; token++)
            foreach (var weight in _weights)
                _sum += Sum(MemoryMarshal.Cast<byte, long>(weight.Value.bytes));
    }

    private static long Sum(ReadOnlySpan<long> numbers)
    {
        Vector512<long> a = default, b = default, c = default, d = default;
        var vectors = MemoryMarshal.Cast<long, Vector512<long>>(numbers);
        for (var i = 0; i + 4 <= vectors.Length; i += 4)
            (a, b, c, d) = (a + vectors[i], b + vectors[i + 1], c + vectors[i + 2], d + vectors[i + 3]);
        return Vector512.Sum(a + b + c + d);
    }
}
