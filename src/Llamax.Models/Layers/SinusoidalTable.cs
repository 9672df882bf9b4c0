using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>
/// Fixed positions of sines, then cosines, as fairseq made them for M2M-100: frequencies fall from 1 to 1/10000 over half the width.
/// </summary>
internal sealed class SinusoidalTable : IDisposable
{
    private readonly Tensor _table;

    /// <param name="offset">Angle of the first token: behind the padding id, which is a position here.</param>
    /// <param name="positions">How many.</param>
    /// <param name="width">H.</param>
    /// <param name="dtype">Type of the table.</param>
    /// <param name="device">Where it lives.</param>
    public SinusoidalTable(int offset, int positions, int width, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var half = width / 2;
        var frequencies = new double[half];
        for (var i = 0; i < half; i++)
            frequencies[i] = Math.Pow(10000, -i / (double)Math.Max(half - 1, 1));
        var angles = outer(TensorArithmetic.Range(offset, offset + positions, ScalarType.Float64), tensor(frequencies));
        var table = zeros(positions, width, ScalarType.Float64);
        table.narrow(1, 0, half).copy_(angles.sin());
        table.narrow(1, half, half).copy_(angles.cos());
        _table = table.to(dtype, device).DetachFromDisposeScope();
    }

    /// <summary>[length, H] of the positions from <paramref name="first"/> on; a view.</summary>
    public Tensor From(int first, long length) => _table.narrow(0, first, length);

    public void Dispose() => _table.Dispose();
}
