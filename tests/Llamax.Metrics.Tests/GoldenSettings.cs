using Llamax.Metrics.Bleu;
using Llamax.Metrics.Bleu.Tokenizers;
using Llamax.Metrics.Chrf;

namespace Llamax.Metrics.Tests;

/// <summary>The settings behind the names that the golden files use.</summary>
internal static class GoldenSettings
{
    public static BleuOptions Bleu(string name) => name switch
    {
        "default" or "force" => new(),
        "lc" or "13a-lc" => new() { Lowercase = true },
        "smooth-none" => new() { Smoothing = BleuSmoothing.None },
        "floor" => new() { Smoothing = BleuSmoothing.Floor },
        "floor-0.01" => new() { Smoothing = BleuSmoothing.Floor, SmoothingValue = 0.01 },
        "add-k" => new() { Smoothing = BleuSmoothing.AddK },
        "add-k-2" => new() { Smoothing = BleuSmoothing.AddK, SmoothingValue = 2 },
        "effective-order" => new() { EffectiveOrder = true },
        "max-order-2" => new() { MaxOrder = 2 },
        "max-order-6" => new() { MaxOrder = 6 },
        "eff-addk" => new() { EffectiveOrder = true, Smoothing = BleuSmoothing.AddK },
        "eff-floor-none" => new() { EffectiveOrder = true, Smoothing = BleuSmoothing.None },
        _ when name.StartsWith("13a-only-", StringComparison.Ordinal) => new(),
        _ => new() { Tokenizer = BleuTokenizers.ByName(name) },
    };

    public static ChrfOptions Chrf(string name) => name switch
    {
        "default" or "chrf" => new(),
        "pp" or "chrfpp" => new() { WordOrder = 2 },
        "wo1" => new() { WordOrder = 1 },
        "ws" or "chrf_ws" => new() { Whitespace = true },
        "lc" or "chrf_lc" => new() { Lowercase = true },
        "eps" or "chrf_eps" => new() { EpsilonSmoothing = true },
        "beta1" => new() { Beta = 1 },
        "co4" => new() { CharacterOrder = 4 },
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "The golden file has a setting that this test does not know."),
    };
}
