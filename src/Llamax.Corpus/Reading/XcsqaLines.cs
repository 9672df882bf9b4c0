using System.Text.Json;
using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// X-CSQA as published: JSON lines <c>{"id", "lang", "question": {"stem", "choices": [{"label", "text"}]}, "answerKey"}</c>.
/// </summary>
internal static class XcsqaLines
{
    private const string Mend = "use a published train or dev file; test files have no answers";

    public static IEnumerable<TaskExample> Read(string path, CancellationToken cancellation)
    {
        var (name, malformed) = (CorpusStream.NameOf(path), new MalformedLines(strict: true));
        foreach (var line in CorpusFile.Lines(path, malformed, cancellation))
            if (!string.IsNullOrWhiteSpace(line.Text))
                yield return Parse(line.Text, CorpusFile.Origin(name, line.Number));
    }

    private static TaskExample Parse(string line, string origin)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            var question = root.GetProperty("question");
            var choices = question.GetProperty("choices").EnumerateArray()
                .Select(choice => (Label: Text(choice, "label"), Text: Text(choice, "text"))).ToList();
            var key = Text(root, "answerKey");
            var answer = choices.Find(choice => choice.Label == key).Text
                ?? throw new RequestException($"the answer {key} is not among the choices", origin, Mend);
            var fields = new Dictionary<string, string>
            {
                ["question"] = Text(question, "stem"),
                ["choices"] = string.Join('\n', choices.Select(choice => $"{choice.Label}. {choice.Text}")),
                ["label"] = key,
                ["answer"] = answer,
            };
            return new(fields, root.TryGetProperty("lang", out var language) ? language.GetString() : null, origin);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RequestException(
                "no question with stem, choices (label, text) and answerKey in it", origin, Mend, failure);
        }

        static string Text(JsonElement element, string name) => element.GetProperty(name).GetString() is { Length: > 0 } text
            ? text
            : throw new KeyNotFoundException(name);
    }
}
