using System.Globalization;
using System.Text.RegularExpressions;
using Llamax.Runs;

namespace Llamax.Training.Optimizers;

/// <summary>A part of a model that can be trained alone: <c>embeddings</c>, <c>head</c>, <c>finalNorm</c> or <c>layers:FIRST-LAST</c>.</summary>
internal static partial class TrainedPart
{
    /// <summary>Whether a text names a part of some model.</summary>
    public static bool IsKnown(string part) => part is "embeddings" or "head" or "finalNorm" || Layers(part) is not null;

    /// <summary>Whether a parameter belongs to one of the parts; to all of them where none is named.</summary>
    /// <param name="parts">Known ones.</param>
    /// <param name="parameter">Its Hugging Face name: the first number in it is its layer.</param>
    public static bool Includes(IReadOnlyList<string> parts, string parameter)
    {
        if (parts.Count == 0)
            return true;
        if (LayerNumber().Match(parameter) is { Success: true } layer)
        {
            var number = int.Parse(layer.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return parts.Any(part => Layers(part) is var (first, last) && first <= number && number <= last);
        }

        var own = parameter.StartsWith("lm_head", StringComparison.Ordinal) ? "head"
            : parameter.Contains("embed", StringComparison.Ordinal) || parameter.Contains("wte", StringComparison.Ordinal)
                || parameter.Contains("wpe", StringComparison.Ordinal) ? "embeddings"
            : "finalNorm";
        return parts.Contains(own);
    }

    /// <summary>Refuses layers that a model does not have.</summary>
    /// <exception cref="RequestException">A part reaches beyond the last layer.</exception>
    public static void Check(IReadOnlyList<string> parts, int layers)
    {
        OptionProblem.ThrowIfAny("training options", parts.Where(part => Layers(part) is var (_, last) && last >= layers).Select(part =>
            new OptionProblem("trained", part, $"the model has {layers} layers", $"count them from 0 to {layers - 1}")));
    }

    private static (int First, int Last)? Layers(string part) =>
        LayerRange().Match(part) is { Success: true } match
        && int.TryParse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out var first)
        && int.TryParse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture, out var last) && first <= last
            ? (first, last)
            : null;

    [GeneratedRegex(@"^layers:(\d+)-(\d+)$")]
    private static partial Regex LayerRange();

    [GeneratedRegex(@"\.(\d+)\.")]
    private static partial Regex LayerNumber();
}
