using System.Text.Json;

namespace Llamax.Corpus.Reading;

/// <summary>One JSON object a line, plain or compressed.</summary>
public static class JsonLines
{
    /// <summary>
    /// Streams the chosen fields, each a string; a name with dots (<c>translation.de</c>) goes into nested objects. Other strings,
    /// numbers and truth values at the top of the object become <see cref="FieldLine.Columns"/>. Lines that are no object or lack a
    /// field are counted and left out; blank lines are passed over.
    /// </summary>
    /// <exception cref="Runs.RequestException">The file cannot be read, or <paramref name="malformed"/> is strict.</exception>
    public static IEnumerable<FieldLine> Read(
        string path, IReadOnlyList<string> fields, MalformedLines malformed, CancellationToken cancellation = default)
    {
        var name = CorpusStream.NameOf(path);
        string[] names = [];
        foreach (var line in CorpusFile.Lines(path, malformed, cancellation))
        {
            if (string.IsNullOrWhiteSpace(line.Text))
                continue;
            var (values, columns, problem) = Parse(line.Text, fields, ref names);
            if (problem is null)
                yield return new FieldLine(values, CorpusFile.Origin(name, line.Number)) { Columns = columns };
            else
                malformed.Add(name, line.Number, problem, "name the fields that hold the text, or mend the line");
        }
    }

    /// <summary>As <see cref="Read"/>, one field.</summary>
    public static IEnumerable<TextLine> Texts(string path, string field, MalformedLines malformed) =>
        Read(path, [field], malformed).Select(line => line.Line);

    /// <summary>As <see cref="Read"/>, two fields.</summary>
    public static IEnumerable<SentencePair> Pairs(string path, string source, string target, MalformedLines malformed) =>
        Read(path, [source, target], malformed).Select(line => line.Pair);

    private static (string[] Values, ExtraColumns? Columns, string? Problem) Parse(
        string line, IReadOnlyList<string> fields, ref string[] names)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var values = new string[fields.Count];
            for (var i = 0; i < values.Length; i++)
            {
                if (Find(document.RootElement, fields[i]) is not { } value)
                    return (values, null, $"no field \"{fields[i]}\"");
                if (value.ValueKind != JsonValueKind.String)
                    return (values, null, $"the field \"{fields[i]}\" is {value.ValueKind}, a string was expected");
                values[i] = value.GetString()!;
            }

            return (values, Others(document.RootElement, fields, ref names), null);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: a string with half a surrogate pair, which JSON can spell and UTF-16 cannot hold.
            return ([], null, "no valid JSON");
        }
    }

    /// <param name="root">The object.</param>
    /// <param name="fields">What is not wanted again.</param>
    /// <param name="names">Those of the last line: kept where this line has the same, as nearly all lines of a file do.</param>
    private static ExtraColumns? Others(JsonElement root, IReadOnlyList<string> fields, ref string[] names)
    {
        List<string>? found = null, values = null;
        foreach (var property in root.EnumerateObject())
        {
            var kind = property.Value.ValueKind;
            if (kind is not (JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
                || fields.Contains(property.Name))
                continue;
            (found ??= []).Add(property.Name);
            (values ??= []).Add(kind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText());
        }

        if (found is null)
            return null;
        if (!found.SequenceEqual(names))
            names = [.. found];
        return new ExtraColumns(names, values!);
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
