using System.Text.Json;
using System.Text.Json.Serialization;

namespace Llamax.Training.Resuming;

/// <summary>How <c>state.json</c> and <c>result.json</c> are written and read.</summary>
internal static class TrainingFormat
{
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.General)
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
}
