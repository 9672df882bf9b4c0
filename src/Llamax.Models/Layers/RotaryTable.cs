using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>
/// Cosines and sines of rotary positions (Su et al. 2021). Angles are computed in double precision, once per model.
/// </summary>
internal sealed class RotaryTable : IDisposable
{
    private readonly bool _inPairs;
    private readonly Tensor _cosine;
    private readonly Tensor _sine;

    /// <param name="frequencies">[headSize / 2] radians per position.</param>
    /// <param name="inPairs">Element 2i turns with 2i + 1 (Cohere), and not i with i + headSize / 2 (Hugging Face's LLaMA).</param>
    /// <param name="positions">How many.</param>
    /// <param name="dtype">Type of the tables.</param>
    /// <param name="device">Where they live.</param>
    public RotaryTable(double[] frequencies, bool inPairs, int positions, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        _inPairs = inPairs;
        var angles = outer(TensorArithmetic.Range(0, positions, ScalarType.Float64), tensor(frequencies));
        var (cosine, sine) = (angles.cos(), angles.sin());
        Tensor Join(Tensor first, Tensor second) => (inPairs ? stack([first, second], -1).flatten(-2) : cat([first, second], -1))
            .to(dtype, device).DetachFromDisposeScope();
        (_cosine, _sine) = (Join(cosine, cosine), Join(sine.neg(), sine));
    }

    /// <summary>The turns of some positions.</summary>
    /// <param name="positions">[batch, length] int64, or null = 0 … length − 1 for every row.</param>
    /// <param name="length">Tokens of a row.</param>
    public Rotation At(Tensor? positions, long length)
    {
        Tensor Rows(Tensor table) => (positions is null ? table.narrow(0, 0, length) : table.index_select(0, positions.reshape(-1)))
            .reshape(-1, length, 1, table.shape[1]);
        return new(Rows(_cosine), Rows(_sine), _inPairs);
    }

    public void Dispose()
    {
        _cosine.Dispose();
        _sine.Dispose();
    }
}
