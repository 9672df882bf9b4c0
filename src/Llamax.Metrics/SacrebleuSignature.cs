using System.Globalization;

namespace Llamax.Metrics;

/// <summary>The settings of a score as sacrebleu writes them.</summary>
internal static class SacrebleuSignature
{
    /// <summary>The release whose scores are reproduced.</summary>
    private const string Version = "2.6.0";

    public static string Format(int? references, params ReadOnlySpan<(string Key, string Value)> settings)
    {
        var signature = $"nrefs:{references?.ToString(CultureInfo.InvariantCulture) ?? "var"}";
        foreach (var (key, value) in settings)
            signature += $"|{key}:{value}";
        return $"{signature}|version:{Version}";
    }
}
