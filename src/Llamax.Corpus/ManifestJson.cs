using System.Text.Json;
using System.Text.Json.Serialization;
using Llamax.Runs;
using Llamax.Runs.Manifests;

namespace Llamax.Corpus;

/// <summary>Writes what a set holds as the <c>manifest.json</c> of its folder.</summary>
internal static class ManifestJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new EntryKindNames.JsonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write<T>(string folder, T manifest) =>
        AtomicFile.WriteAllText(Path.Combine(folder, Manifest.FileName), JsonSerializer.Serialize(manifest, Options) + "\n");
}
