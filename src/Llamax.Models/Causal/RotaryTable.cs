using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Causal;

/// <summary>
/// Cosines and sines of rotary positions (Su et al. 2021) in Hugging Face's arrangement: element i turns with element
/// i + headSize/2. Angles are computed in double precision, once per model.
/// </summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly Tensor _cosine;
    private readonly Tensor _sine;

    public RotaryTable(CausalConfig config, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        var half = config.HeadSize / 2;
        var frequencies = new double[half];
        for (var i = 0; i < half; i++)
        {
            var frequency = Math.Pow(config.RopeTheta, -2.0 * i / config.HeadSize);
            frequencies[i] = config.RopeScaling?.Stretch(frequency) ?? frequency;
        }

        var angles = outer(arange(config.MaxPositions, ScalarType.Float64), tensor(frequencies));
        var (cosine, sine) = (angles.cos(), angles.sin());
        _cosine = cat([cosine, cosine], -1).to(dtype, device).DetachFromDisposeScope();
        _sine = cat([sine.neg(), sine], -1).to(dtype, device).DetachFromDisposeScope();
    }

    /// <summary>The turns of some positions, the same for all layers.</summary>
    /// <param name="positions">[batch, length] int64, or null = 0 … length − 1 for every row.</param>
    /// <param name="length">Tokens of a row.</param>
    /// <returns>Cosine and signed sine, [batch or 1, length, 1, headSize].</returns>
    public (Tensor Cosine, Tensor Sine) At(Tensor? positions, long length)
    {
        if (positions is null)
            return (_cosine.narrow(0, 0, length).reshape(1, length, 1, -1), _sine.narrow(0, 0, length).reshape(1, length, 1, -1));
        var flat = positions.reshape(-1);
        return (_cosine.index_select(0, flat).reshape(-1, length, 1, _cosine.shape[1]),
            _sine.index_select(0, flat).reshape(-1, length, 1, _sine.shape[1]));
    }

    /// <summary>Turns query or key heads.</summary>
    /// <param name="heads">[batch, length, heads, headSize].</param>
    /// <param name="cosine">As <see cref="At"/> gives it.</param>
    /// <param name="sine">As <see cref="At"/> gives it: negative for the first half, so that swapping the halves is enough.</param>
    public static Tensor Turn(Tensor heads, Tensor cosine, Tensor sine) => RowOps.Handles(heads)
        ? RowOps.TurnHalves(heads, cosine, sine)
        : (heads * cosine).addcmul_(heads.roll(heads.shape[^1] / 2, -1), sine, 1);

    public void Dispose()
    {
        _cosine.Dispose();
        _sine.Dispose();
    }
}
