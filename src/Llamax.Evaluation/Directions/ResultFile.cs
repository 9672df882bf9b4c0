using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Llamax.Runs;

namespace Llamax.Evaluation.Directions;

/// <summary>JSON as this room writes it: indented, readable in every script, strict when read.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static void Write<T>(string path, T value) => AtomicFile.WriteAllText(path, JsonSerializer.Serialize(value, Options) + "\n");

    /// <exception cref="RequestException">The file is not what <typeparamref name="T"/> is written as.</exception>
    public static T Read<T>(string path, string mend)
        where T : class
    {
        try
        {
            using var stream = File.OpenRead(path);
            return JsonSerializer.Deserialize<T>(stream, Options) ?? throw new JsonException("The document is null.");
        }
        catch (JsonException failure)
        {
            throw new RequestException($"the file cannot be read: {failure.Message}", path, mend, failure);
        }
    }
}
