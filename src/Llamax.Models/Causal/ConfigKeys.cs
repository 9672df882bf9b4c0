using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Models.Causal;

/// <summary>The keys of one JSON object, which remembers what was read so that nothing else is dropped in silence.</summary>
/// <param name="where">The file, and the key inside it, for messages.</param>
/// <param name="json">An object.</param>
internal sealed class ConfigKeys(string where, JsonElement json)
{
    private readonly HashSet<string> _read = [];

    public bool Has(string key) => json.TryGetProperty(key, out _);

    public int Integer(string key) => OptionalInteger(key) ?? throw Missing(key);

    public int? OptionalInteger(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number
        : throw Wrong(key, value, "a whole number");

    /// <summary>A number, a list of numbers, or nothing.</summary>
    public IReadOnlyList<int> Integers(string key)
    {
        if (Find(key) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array)
            return [Integer(key)];
        return [.. value.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Number && item.TryGetInt32(out var number)
            ? number
            : throw Wrong(key, value, "a whole number or a list of them"))];
    }

    public double? Number(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) ? number
        : throw Wrong(key, value, "a number");

    /// <summary>False where the key is absent or null.</summary>
    public bool Flag(string key) => Find(key) is { } value && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(key, value, "true or false"),
    };

    public string? Word(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, value, "a string");

    public IReadOnlyList<string> Words(string key)
    {
        if (Find(key) is not { } value)
            return [];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
            throw Wrong(key, value, "a list of strings");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    public ConfigKeys? Object(string key) => Find(key) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new ConfigKeys($"{where}, {key}", value) : throw Wrong(key, value, "an object");

    /// <summary>A key that nobody read may change the result, unless it is known not to, or says "nothing".</summary>
    public void RefuseUnread(IReadOnlySet<string> ignored)
    {
        foreach (var property in json.EnumerateObject())
        {
            var saysNothing = property.Value.ValueKind is JsonValueKind.Null or JsonValueKind.False
                || property.Value.GetRawText() is "{}" or "[]";
            if (!_read.Contains(property.Name) && !ignored.Contains(property.Name) && !saysNothing)
            {
                throw Unsupported(
                    property.Name, Shorten(property.Value), "this key is unknown here and may change what the model computes");
            }
        }
    }

    public RequestException Missing(string key) => new($"{key} is missing", where, "copy it from the model's own config.json");

    public RequestException Unsupported(string key, string value, string why) =>
        new($"{key} = {value}: {why}", where, "use another model, or remove the key if it has no effect");

    private JsonElement? Find(string key)
    {
        _read.Add(key);
        return json.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
    }

    private RequestException Wrong(string key, JsonElement value, string expected) =>
        new($"{key} = {Shorten(value)}: must be {expected}", where, "copy it from the model's own config.json");

    private static string Shorten(JsonElement value)
    {
        var text = value.GetRawText();
        return text.Length <= 60 ? text : text[..57] + "…";
    }
}
