using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Llamax.Runs;

namespace Llamax.Decoding.Prompts;

/// <summary>Templates as JSON files: those of the program, and one's own.</summary>
internal static class TemplateFiles
{
    /// <summary>How a template looks in a file: its record's properties, none unknown.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Those of a folder below <c>Prompts/</c>, in ordinal order of their files.</summary>
    public static T[] BuiltIn<T>(string folder)
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.Contains($".Prompts.{folder}.", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name =>
                {
                    using var stream = assembly.GetManifestResourceStream(name)!;
                    return JsonSerializer.Deserialize<T>(stream, Json)!;
                }),
        ];
    }

    /// <summary>The one in a file.</summary>
    /// <exception cref="RequestException">The file is no template; the mend shows what one looks like.</exception>
    public static T Load<T>(string path, string mend)
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), Json) ?? throw new JsonException("the file says null");
        }
        catch (Exception failure) when (failure is JsonException or IOException)
        {
            throw new RequestException(failure.Message, path, mend, failure);
        }
    }
}
