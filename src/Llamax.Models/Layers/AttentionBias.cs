using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>What is added to attention scores: 0 = seen, −∞ = hidden.</summary>
internal static class AttentionBias
{
    /// <summary>Hides padding.</summary>
    /// <param name="isToken">[batch, length] bool; null = nothing is padding.</param>
    /// <param name="length">Keys.</param>
    /// <param name="dtype">Of the scores.</param>
    /// <param name="device">Of the scores.</param>
    /// <returns>[batch or 1, 1, 1, length].</returns>
    public static Tensor Of(Tensor? isToken, int length, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        var bias = zeros(isToken?.shape[0] ?? 1, 1, 1, length, dtype, device);
        return isToken is null ? bias.MoveToOuterDisposeScope()
            : bias.Hide(isToken.logical_not().unsqueeze(1).unsqueeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>Hides what follows.</summary>
    /// <returns>[1, 1, length, length].</returns>
    public static Tensor Causal(int length, ScalarType dtype, Device device)
    {
        using var scope = NewDisposeScope();
        var later = ones(length, length, ScalarType.Bool, device).triu(1);
        return zeros(1, 1, length, length, dtype, device).Hide(later).MoveToOuterDisposeScope();
    }
}
