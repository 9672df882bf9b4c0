using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// XNLI as published: TSV with a header or JSON lines, with <c>sentence1</c>, <c>sentence2</c>, <c>gold_label</c> and <c>language</c>; also
/// the names <c>premise</c>, <c>hypothesis</c> (<c>hypo</c>) and <c>label</c> of its training data and of XTREME.
/// </summary>
internal static class XnliLines
{
    // What annotators did not agree on has no label.
    private const string NoLabel = "-";

    private const string Mend = "a file of XNLI has sentence1, sentence2 and gold_label, or premise, hypothesis and label";

    private static readonly string[] Labels = ["entailment", "contradiction", "neutral"];

    public static IEnumerable<TaskExample> Read(string path, CancellationToken cancellation)
    {
        var malformed = new MalformedLines(strict: true);
        var lines = path.Contains(".json", StringComparison.OrdinalIgnoreCase)
            ? JsonLines.Read(path, [], malformed, cancellation)
            : TsvRows.Read(path, [], hasHeader: true, malformed, cancellation);
        return lines.Select(Example).OfType<TaskExample>();
    }

    private static TaskExample? Example(FieldLine line)
    {
        var label = Field("gold_label", "label");
        if (label == NoLabel)
            return null;
        // The training data says so of the same thing.
        label = label == "contradictory" ? "contradiction" : label;
        if (!Labels.Contains(label))
            throw new RequestException($"\"{label}\" is no label", line.Origin, $"labels are {string.Join(", ", Labels)}");
        var fields = new Dictionary<string, string>
        {
            ["premise"] = Field("sentence1", "premise"),
            ["hypothesis"] = Field("sentence2", "hypothesis", "hypo"),
            ["label"] = label,
        };
        return new(fields, line.Columns?["language"], line.Origin);

        string Field(params ReadOnlySpan<string> names)
        {
            foreach (var name in names)
                if (line.Columns?[name] is { Length: > 0 } value)
                    return value;
            throw new RequestException($"no {names[0]}", line.Origin, Mend);
        }
    }
}
