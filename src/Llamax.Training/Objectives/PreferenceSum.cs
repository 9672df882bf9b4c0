using System.Text.Json.Serialization;
using Llamax.Training.Loop;

namespace Llamax.Training.Objectives;

/// <summary>What preference pairs add up to, in whole units as <see cref="LossSum"/>: the order of adding does not matter.</summary>
/// <param name="Losses">−log σ(margin), over pairs.</param>
/// <param name="Margins">β (r(w) − r(l)), over pairs.</param>
/// <param name="Right">Pairs with a margin above 0.</param>
internal readonly record struct PreferenceSum(LossSum Losses, LossSum Margins, long Right)
{
    [JsonIgnore]
    public long Pairs => Losses.Tokens;

    public static PreferenceSum Of(double margin)
    {
        // −log σ(m) without overflow on either side.
        var loss = Math.Max(0, -margin) + Math.Log(1 + Math.Exp(-Math.Abs(margin)));
        return new(LossSum.Of([(float)loss]), LossSum.Of([(float)margin]), margin > 0 ? 1 : 0);
    }

    public static PreferenceSum operator +(PreferenceSum left, PreferenceSum right) =>
        new(left.Losses + right.Losses, left.Margins + right.Margins, left.Right + right.Right);
}
