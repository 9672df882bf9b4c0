using System.Text.Json;

namespace Llamax.Corpus.Reading;

/// <summary>The chosen fields of one JSON line.</summary>
/// <param name="Fields">In the order in which they were asked for.</param>
/// <param name="Origin">File and line.</param>
public readonly record struct FieldLine(IReadOnlyList<string> Fields, string Origin);

/// <summary>One JSON object a line, plain or gzip.</summary>
public static class JsonLines
{
    /// <summary>
    /// Streams the chosen fields, each a string; a name with dots (<c>translation.de</c>) goes into nested objects. Lines that are no
    /// object or lack a field are counted and left out; blank lines are passed over.
    /// </summary>
    /// <exception cref="Runs.RequestException">The file cannot be read, or <paramref name="malformed"/> is strict.</exception>
    public static IEnumerable<FieldLine> Read(string path, IReadOnlyList<string> fields, MalformedLines malformed)
    {
        foreach (var line in CorpusFile.Lines(path, malformed))
        {
            if (string.IsNullOrWhiteSpace(line.Text))
                continue;
            var origin = CorpusFile.Origin(path, line.Number);
            var (values, problem) = Parse(line.Text, fields);
            if (problem is null)
                yield return new FieldLine(values, origin);
            else
                malformed.Add(origin, problem, "name the fields that hold the text, or mend the line");
        }
    }

    /// <summary>As <see cref="Read"/>, one field.</summary>
    public static IEnumerable<TextLine> Texts(string path, string field, MalformedLines malformed) =>
        Read(path, [field], malformed).Select(line => new TextLine(line.Fields[0], line.Origin));

    /// <summary>As <see cref="Read"/>, two fields.</summary>
    public static IEnumerable<SentencePair> Pairs(string path, string source, string target, MalformedLines malformed) =>
        Read(path, [source, target], malformed).Select(line => new SentencePair(line.Fields[0], line.Fields[1], line.Origin));

    private static (string[] Values, string? Problem) Parse(string line, IReadOnlyList<string> fields)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var values = new string[fields.Count];
            for (var i = 0; i < values.Length; i++)
            {
                if (Find(document.RootElement, fields[i]) is not { } value)
                    return (values, $"no field \"{fields[i]}\"");
                if (value.ValueKind != JsonValueKind.String)
                    return (values, $"the field \"{fields[i]}\" is {value.ValueKind}, a string was expected");
                values[i] = value.GetString()!;
            }

            return (values, null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair, which JSON can spell and UTF-16 cannot hold.
            return ([], "no valid JSON");
        }
    }

    private static JsonElement? Find(JsonElement element, string field)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return null;
        if (element.TryGetProperty(field, out var value))
            return value;
        var dot = field.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && element.TryGetProperty(field[..dot], out var inner) ? Find(inner, field[(dot + 1)..]) : null;
    }
}
