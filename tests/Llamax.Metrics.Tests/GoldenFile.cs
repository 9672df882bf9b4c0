using System.IO.Compression;
using System.Text.Json.Nodes;
using Llamax.Testing;

namespace Llamax.Metrics.Tests;

/// <summary>Reads what sacrebleu 2.6.0 wrote, and the corpora that it read.</summary>
internal static class GoldenFile
{
    /// <summary>Sums of logarithms differ in their last bits between libraries; identical corpora give 100.00000000000004.</summary>
    public const double Tolerance = 1e-9;

    public static JsonArray Array(string name) => JsonNode.Parse(Text(Goldens.GoldenPath("metrics", $"{name}.json.gz")))!.AsArray();

    public static JsonObject Object(string name) => JsonNode.Parse(Text(Goldens.GoldenPath("metrics", $"{name}.json.gz")))!.AsObject();

    public static string[] Flores(string split, string language) =>
        Lines(Goldens.DataPath("flores101", split, $"{language}.{split}.gz"));

    public static string[] Lines(string path)
    {
        var text = Text(path);
        return (text.EndsWith('\n') ? text[..^1] : text).Split('\n');
    }

    public static string Text(string path)
    {
        using var file = File.OpenRead(path);
        using var gzip = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }

    public static string[] Strings(this JsonNode? node) => [.. node!.AsArray().Select(n => n!.GetValue<string>())];

    public static double[] Numbers(this JsonNode? node) => [.. node!.AsArray().Select(n => n!.GetValue<double>())];

    public static double Number(this JsonNode? node) => node!.GetValue<double>();
}
