using System.CommandLine;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Deduplication;
using Llamax.Text.Languages;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax corpus decontaminate</c>.</summary>
internal static class CorpusDecontaminateVerb
{
    internal static Command Create()
    {
        var defaults = new DecontaminationOptions();
        var tests = new Option<string[]>("--test")
        {
            Description = "Test sentences in any format; without it, every test set in $LLAMAX_DATA in the corpus's languages",
            HelpName = "FILE",
        };
        var report = new Option<string?>("--report")
        {
            Description = "Where the report of hits per test set goes (default: OUT.contamination.json)",
            HelpName = "FILE",
        };
        var reportOnly = new Option<bool>("--report-only") { Description = "Remove nothing" };
        var words = Number("--words", "Words in a row that no text may share with a test sentence", defaults.Words);
        var letters = Number("--letters", "Letters in a row, for text without spaces between words", defaults.Letters);
        var examples = Number("--examples", "Examples of each test set in the report", defaults.Examples);
        var shared = new CorpusStepOptions();
        var command = new Command("decontaminate", """
            Removes pairs that have a test sentence, or a long part of one, on either side, and reports how much of each test set was there.

            Examples:
              llamax corpus decontaminate unique/en-ha.tsv --from en --to ha --out train/en-ha.tsv
              llamax corpus decontaminate web.txt --lang ha --test my-test.{en,ha} --out train/web.txt --report-only
            """)
        { tests, report, reportOnly, words, letters, examples };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = new DecontaminationOptions
            {
                Words = parsed.GetValue(words),
                Letters = parsed.GetValue(letters),
                ReportOnly = parsed.GetValue(reportOnly),
                Examples = parsed.GetValue(examples),
            };
            var request = shared.Request(parsed, "corpus decontaminate", "");
            List<Language> languages = [.. new[] { shared.Source(parsed), shared.Target(parsed) }.OfType<Language>()];
            List<TestText> texts = parsed.GetValue(tests) is { Length: > 0 } files ? [.. files.Select(TestText.OfFile)]
                : DataFolders.FromEnvironment().Mirror is { } mirror ? [.. TestText.In(mirror, languages)]
                : [];
            var malformed = shared.Malformed(parsed);
            var events = Talk.Events();
            using var display = events as IDisposable;
            var reportPath = parsed.GetValue(report) ?? request.OutputFiles[0] + ".contamination.json";
            var result = new Decontaminator(texts, options).Run(request, reportPath, malformed, events, cancellation);
            return Task.FromResult(shared.Finish(parsed, result, malformed));
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
}
