using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>The turns of the positions of one batch, the same for all layers.</summary>
/// <param name="Cosine">[batch or 1, length, 1, headSize].</param>
/// <param name="Sine">As <paramref name="Cosine"/>; negative where the partner is subtracted, so that swapping partners is enough.</param>
/// <param name="InPairs">Partners are neighbours, not half a head apart.</param>
internal readonly record struct Rotation(Tensor Cosine, Tensor Sine, bool InPairs)
{
    /// <summary>Turns query or key heads.</summary>
    /// <param name="heads">[batch, length, heads, headSize].</param>
    public Tensor Turn(Tensor heads)
    {
        if (!InPairs && RowOps.Handles(heads))
            return RowOps.TurnHalves(heads, Cosine, Sine);
        var partners = InPairs ? heads.unflatten(3, [-1, 2]).flip(-1).flatten(3) : heads.roll(heads.shape[^1] / 2, -1);
        return (heads * Cosine).GrowByProduct(partners, Sine);
    }
}
