using System.Globalization;
using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>MetaMath as published: one JSON array of <c>{"query", "response"}</c>, other fields unread; also as JSON lines.</summary>
internal static class MetaMathItems
{
    private const string Mend = "a file of MetaMath is an array of objects with query and response, each a text";

    public static IEnumerable<TaskExample> Read(string path, CancellationToken cancellation) => IsArray(path)
        ? Items(path, cancellation)
        : JsonLines.Read(path, ["query", "response"], new MalformedLines(strict: true), cancellation)
            .Select(line => Example(line.Fields[0], line.Fields[1], line.Origin));

    /// <summary>One item in memory at a time.</summary>
    private static IEnumerable<TaskExample> Items(string path, CancellationToken cancellation)
    {
        var name = CorpusStream.NameOf(path);
        using var stream = CorpusStream.Open(path);
        using var items = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, cancellationToken: cancellation)
            .ToBlockingEnumerable(cancellation).GetEnumerator();
        for (var number = 1L; ; number++)
        {
            var origin = string.Create(CultureInfo.InvariantCulture, $"{name}, item {number}");
            try
            {
                if (!items.MoveNext())
                    yield break;
            }
            catch (JsonException failure)
            {
                throw new RequestException($"no valid JSON: {failure.Message}", origin, "fetch the file again", failure);
            }

            yield return Example(Field(items.Current, "query", origin), Field(items.Current, "response", origin), origin);
        }
    }

    private static TaskExample Example(string query, string response, string origin) =>
        new(new Dictionary<string, string> { ["query"] = query, ["response"] = response }, null, origin);

    private static string Field(JsonElement item, string name, string origin) =>
        item.ValueKind == JsonValueKind.Object && item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            && value.GetString() is { Length: > 0 } text
            ? text
            : throw new RequestException($"no text in the field \"{name}\"", origin, Mend);

    private static bool IsArray(string path)
    {
        using var stream = CorpusStream.Open(path);
        int first;
        do
            first = stream.ReadByte();
        while (first is ' ' or '\t' or '\r' or '\n' or 0xEF or 0xBB or 0xBF);
        return first == '[';
    }
}
