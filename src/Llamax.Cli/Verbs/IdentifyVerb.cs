using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Reading;
using Llamax.Runs;
using Llamax.Text.Identification;
using Llamax.Text.Languages;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax identify --model F</c>: which language and script each line is in.</summary>
internal static class IdentifyVerb
{
    private const int MaxTop = 10_000;

    internal static Command Create()
    {
        var texts = new Argument<string[]>("TEXT")
        {
            Description = "Texts, each a line; without any, lines are read",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var model = new Option<string>("--model", "-m")
        {
            Description = "A fastText model, .bin or .ftz: lid.176, lid218e, GlotLID, …",
            HelpName = "FILE",
            Required = true,
        };
        var top = new Option<int?>("--top", "-k") { Description = "How many labels a line gets; implies --json", HelpName = "K" };
        var json = new Option<bool>("--json") { Description = "A JSON array of {\"label\",\"probability\"} a line" };
        var coverage = new Option<bool>("--coverage") { Description = "Say which of the 102 languages the model can judge instead" };
        var input = new Option<string?>("--input", "-i")
        {
            Description = "Read lines from here (.gz too) instead of standard input",
            HelpName = "FILE",
        };
        var command = new Command("identify", """
            Names the language and the script of each line. A line becomes the model's best label, its probability, the paper's codes that
            the label stands for (- where it is another language) and the script, between tabs.

            Examples:
              llamax identify --model lid.176.ftz "Wo ist die Küche?"
              llamax identify --model lid.176.ftz --top 3 --input corpus.ha.gz > corpus.labels
              llamax identify --model lid.176.ftz --coverage
            """)
        { texts, model, top, json, coverage, input };
        command.SetAction((parsed, cancellation) =>
        {
            var given = parsed.GetValue(texts) ?? [];
            var path = parsed.GetValue(input);
            if (given.Length > 0 && path is not null)
                throw new RequestException("texts and --input were given", "llamax identify", "give one of them");
            var wanted = parsed.GetValue(top) ?? 1;
            if (wanted is < 1 or > MaxTop)
                throw new RequestException(
                    string.Create(CultureInfo.InvariantCulture, $"--top {wanted}: must be 1 to {MaxTop}"), "llamax identify", "use 3");
            var identifier = LanguageIdentifier.Load(parsed.GetValue(model)!);
            if (parsed.GetValue(coverage))
            {
                WriteCoverage(identifier, parsed.GetValue(json));
                return Task.FromResult(CommandLine.Done);
            }

            var convert = parsed.GetValue(json) || parsed.GetValue(top) is not null ? AsJson(identifier) : AsText(identifier);
            var best = new LabelProbability[Math.Min(wanted, identifier.Labels.Count)];
            var lines = given.Length > 0
                ? given.Select((text, i) => new TextLine(text, string.Create(CultureInfo.InvariantCulture, $"TEXT {i + 1}")))
                : InputLines.Read(path, cancellation);
            using var output = Results.Lines(answersStandardInput: given.Length == 0 && path is null or InputLines.StandardInput);
            foreach (var line in lines)
            {
                cancellation.ThrowIfCancellationRequested();
                output.WriteLine(convert(line.Text, best.AsSpan(0, identifier.Identify(line.Text, best))));
            }

            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private delegate string Rendering(string line, ReadOnlySpan<LabelProbability> best);

    private static Rendering AsJson(LanguageIdentifier identifier)
    {
        string[] names = [.. identifier.Labels.Select(label => Results.Line(JsonValue.Create(label.Name)))];
        return (_, best) =>
        {
            var text = new System.Text.StringBuilder("[");
            foreach (var (label, probability) in best)
            {
                text.Append(text.Length > 1 ? "," : "");
                text.Append(CultureInfo.InvariantCulture, $"{{\"label\":{names[label]},\"probability\":{probability}}}");
            }

            return text.Append(']').ToString();
        };
    }

    private static Rendering AsText(LanguageIdentifier identifier) => (line, best) =>
    {
        var script = ScriptDetector.Dominant(line) ?? "-";
        if (best.IsEmpty)
            return $"-\t-\t-\t{script}";
        var label = identifier.Labels[best[0].Label];
        return string.Create(CultureInfo.InvariantCulture, $"{label.Name}\t{best[0].Probability:F4}\t{Codes(label)}\t{script}");
    };

    private static string Codes(IdentifierLabel label) => label.Languages.Count == 0 ? "-" : string.Join(',', label.Languages);

    private static void WriteCoverage(LanguageIdentifier identifier, bool json)
    {
        var rows = LanguageRegistry.All.Select(language => (
            Language: language,
            Labels: identifier.Labels.Where(label => label.StandsFor(language)).Select(label => label.Name).ToArray())).ToList();
        if (json)
        {
            Results.WriteDocument(new JsonArray([.. rows.Select(row => new JsonObject
            {
                ["language"] = row.Language.Code,
                ["name"] = row.Language.Name,
                ["judged"] = row.Labels.Length > 0,
                ["labels"] = new JsonArray([.. row.Labels.Select(label => JsonValue.Create(label))]),
            })]));
            return;
        }

        IEnumerable<string[]> table = rows.Select(row => new[]
        {
            row.Language.Code, row.Language.Name, row.Labels.Length > 0 ? string.Join(", ", row.Labels) : "not judged",
        });
        Results.WriteTable([["code", "language", "labels"], .. table]);
    }
}
