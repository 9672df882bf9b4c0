using System.Text.Json;
using System.Text.Unicode;
using Llamax.Runs;

namespace Llamax.Models.Checkpoints;

/// <summary>Small JSON files beside the weights.</summary>
internal static class JsonFile
{
    public static JsonSerializerOptions Indented { get; } = new() { WriteIndented = true };

    /// <summary>The document of a file whose root is an object.</summary>
    /// <exception cref="RequestException">The file is missing or is not a JSON object.</exception>
    public static JsonDocument ReadObject(string path)
    {
        if (!File.Exists(path))
            throw new RequestException("the file does not exist", path, "name a Hugging Face model folder");
        JsonDocument document;
        var bytes = File.ReadAllBytes(path);
        // The parser looks at the text of a string only when it is asked for.
        if (!Utf8.IsValid(bytes))
            throw new RequestException("not valid JSON: it is no UTF-8", path, "download or write the file again");
        try
        {
            document = JsonDocument.Parse(bytes);
        }
        catch (JsonException failure)
        {
            throw new RequestException($"not valid JSON: {failure.Message}", path, "download or write the file again", failure);
        }

        if (document.RootElement.ValueKind == JsonValueKind.Object)
            return document;
        document.Dispose();
        throw new RequestException("the root of the JSON is not an object", path, "download or write the file again");
    }
}
