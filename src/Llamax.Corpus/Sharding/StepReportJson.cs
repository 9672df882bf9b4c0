using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Llamax.Corpus.Sharding;

/// <summary>A step's report for programs.</summary>
public static class StepReportJson
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>
    /// <c>{"read", "kept", "malformed", "removed": {REASON: {"count", "samples": [{"origin", "source", "target"}]}}, "counts": {…}}</c>;
    /// lines of one language have <c>text</c> in place of source and target.
    /// </summary>
    public static JsonObject ToJson(StepReport report, bool isParallel) => new()
    {
        ["read"] = report.Read,
        ["kept"] = report.Kept,
        ["malformed"] = report.Malformed,
        ["removed"] = new JsonObject(report.Removed.Select(reason => KeyValuePair.Create<string, JsonNode?>(reason.Key, new JsonObject
        {
            ["count"] = reason.Value,
            ["samples"] = new JsonArray([.. report.Samples(reason.Key).Select(pair => isParallel
                ? new JsonObject { ["origin"] = pair.Origin, ["source"] = pair.Source, ["target"] = pair.Target }
                : new JsonObject { ["origin"] = pair.Origin, ["text"] = pair.Source })]),
        }))),
        ["counts"] = new JsonObject(report.Counts.Select(count => KeyValuePair.Create<string, JsonNode?>(count.Key, count.Value))),
    };

    internal static string Write(StepReport report, bool isParallel) => ToJson(report, isParallel).ToJsonString(Indented);
}
