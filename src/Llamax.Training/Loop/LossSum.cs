using System.Text.Json.Serialization;

namespace Llamax.Training.Loop;

/// <summary>
/// Summed loss and how many tokens it is over. It is counted in whole units, so that the sum does not depend on the order: workers, ranks
/// and checkpoints may split it as they like.
/// </summary>
/// <param name="Units">2⁻²⁴ nats each.</param>
/// <param name="Tokens">Learnt tokens.</param>
internal readonly record struct LossSum(long Units, long Tokens)
{
    private const double UnitsPerNat = 1 << 24;

    /// <summary>Mean per token, natural logarithm.</summary>
    [JsonIgnore]
    public double Mean => Total / Tokens;

    /// <summary>The sum, natural logarithm.</summary>
    [JsonIgnore]
    public double Total => Units / UnitsPerNat;

    /// <summary>The sum of finite losses.</summary>
    public static LossSum Of(ReadOnlySpan<float> losses)
    {
        var units = 0L;
        foreach (var loss in losses)
            units += (long)Math.Round(loss * UnitsPerNat);
        return new(units, losses.Length);
    }

    public static LossSum operator +(LossSum left, LossSum right) => new(left.Units + right.Units, left.Tokens + right.Tokens);
}
