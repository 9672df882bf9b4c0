using System.CommandLine;
using System.Globalization;
using Llamax.Cli.Rendering;
using Llamax.Corpus;
using Llamax.Corpus.Mixing;
using Llamax.Corpus.Statistics;
using Llamax.Pipelines.Data;
using Llamax.Pipelines.Reporting;
using Llamax.Runs;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax corpus stats</c>: what a corpus or a set holds, and what a mix would make of it.</summary>
internal static class CorpusStatsVerb
{
    internal static Command Create()
    {
        var inputs = new Argument<string[]>("INPUT")
        {
            Description = "A recipe, built sets (entries.parquet), or corpora (x.tsv, x.jsonl, x.parquet, x.tmx, x.xliff, x.{en,ha}; .gz, .zst, "
                + "wildcards) or, with --lang, text",
            Arity = ArgumentArity.OneOrMore,
        };
        var name = new Option<string?>("--name") { Description = "The recipe's set (default: its first)", HelpName = "NAME" };
        var run = new Option<string?>("--run") { Description = "Count the set that was built in this run folder", HelpName = "DIR" };
        var set = new Option<string[]>("--set")
        {
            Description = "Replace a value of the recipe or, without one, of the mix: method=uniMax",
            HelpName = "A.B=C",
        };
        var from = new Option<string?>("--from") { Description = "Language of the source (default: as file names say)", HelpName = "LANG" };
        var to = new Option<string?>("--to") { Description = "Language of the target", HelpName = "LANG" };
        var language = new Option<string?>("--lang") { Description = "Language of text that has no translation", HelpName = "LANG" };
        var tokenizer = new Option<string?>("--tokenizer", "-t") { Description = "Count its tokens, too", HelpName = "FILE" };
        var rejected = new Option<string[]>("--rejected")
        {
            Description = "What cleaning removed: its FILE.report.json (found beside a corpus) or what --rejected wrote",
            HelpName = "FILE",
        };
        var mix = new Option<bool>("--mix") { Description = "Plan the mix: how often each language would be seen" };
        var output = new Option<string?>("--out", "-o") { Description = "Write a page to look at", HelpName = "FILE.html" };
        var json = new Option<bool>("--json") { Description = "Print one JSON document" };
        var command = new Command("stats", """
            Counts languages, sources, lengths, scripts and duplicates, and what was removed; plans a mix before anything is spent.

            Examples:
              llamax corpus stats clean/en-ha.tsv --out stats.html
              llamax corpus stats recipes/mini-real.yaml --mix --set sets.base.mix.method=uniMax
              llamax corpus stats runs/mini-real/sets/base/built/entries.parquet --mix --set method=uniMax --set budget=100000
              llamax corpus stats recipes/mini-real.yaml --run runs/mini-real --tokenizer runs/mini-real/tokenizer --out stats.html
            """)
        { inputs, name, run, set, from, to, language, tokenizer, rejected, mix, output, json };
        command.SetAction((parsed, cancellation) =>
        {
            var request = new StatisticsRequest
            {
                Inputs = parsed.GetValue(inputs)!,
                Set = parsed.GetValue(name),
                Run = parsed.GetValue(run),
                Assignments = parsed.GetValue(set) ?? [],
                From = parsed.GetValue(from),
                To = parsed.GetValue(to),
                Language = parsed.GetValue(language),
                Tokenizer = parsed.GetValue(tokenizer),
                Rejected = parsed.GetValue(rejected) ?? [],
                Mix = parsed.GetValue(mix),
            };
            var events = Talk.Events();
            CorpusStatistics statistics;
            using (events as IDisposable)
                statistics = CorpusStatisticsRun.Run(request, events, cancellation);
            if (parsed.GetValue(output) is { } page)
                AtomicFile.WriteAllText(page, CorpusPage.Render(request.Inputs, statistics));
            if (parsed.GetValue(json))
                Results.WriteDocument(CorpusStatisticsJson.ToJson(statistics));
            else
                Print(statistics);
            return Task.FromResult(statistics.Malformed > 0 ? CommandLine.SomeFailed : CommandLine.Done);
        });
        return command;
    }

    private static void Print(CorpusStatistics statistics)
    {
        Console.Out.WriteLine(Text(
            $"{statistics.Items:N0} entries, {statistics.Repeated:N0} say what an earlier one says; {statistics.Malformed:N0} malformed lines"));
        Console.Out.WriteLine();
        Results.WriteTable([
            ["language", "texts", "characters", "words", "tokens", "scripts"],
            .. statistics.Languages.OrderByDescending(language => language.Texts).Select(language => new[]
            {
                language.Code, Text($"{language.Texts:N0}"), Text($"{language.Characters.Mean:0.0}"), Mean(language.Words), Mean(language.Tokens),
                string.Join(", ", language.Scripts.Take(3).Select(
                    script => Text($"{(script.Key.Length == 0 ? "none" : script.Key)} {100.0 * script.Value / language.Texts:0.0} %"))),
            }),
        ]);
        Console.Out.WriteLine();
        Results.WriteTable([
            ["kind", "from", "to", "entries", "said before"],
            .. statistics.Directions.Select(direction => new[]
            {
                EntryKindNames.Of(direction.Kind), direction.Source, direction.Target, Text($"{direction.Items:N0}"),
                Text($"{direction.Repeated:N0}"),
            }),
        ]);
        var removed = statistics.Removed.Where(reason => reason.Count > 0).ToList();
        if (removed.Count > 0)
        {
            Console.Out.WriteLine();
            Results.WriteTable([
                ["removed", "entries"], .. removed.Select(reason => new[] { reason.Reason, Text($"{reason.Count:N0}") }),
            ]);
        }

        foreach (var stage in statistics.Mix?.Stages ?? [])
            Print(stage);
    }

    private static void Print(MixStage stage)
    {
        Console.Out.WriteLine();
        Console.Out.WriteLine(Text($"stage {stage.Name}: {stage.Planned:N0} of {stage.Budget:N0} entries"));
        Results.WriteTable([
            ["language", "there", "seen", "share", "epochs", "most repeats"],
            .. stage.Languages.OrderByDescending(language => language.Size).Select(language => new[]
            {
                language.Language, Text($"{language.Size:N0}"), Text($"{language.Planned:N0}"), Text($"{100 * language.Probability:0.0} %"),
                Text($"{language.Epochs:0.00}"), Text($"{language.Repeats}"),
            }),
        ]);
    }

    private static string Mean(LengthHistogram? lengths) => lengths is null ? "–" : Text($"{lengths.Mean:0.0}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
