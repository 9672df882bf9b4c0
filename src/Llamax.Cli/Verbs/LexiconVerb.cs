using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Lexicons;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax lexicon build</c>: dictionaries → one multilingual lexicon.</summary>
internal static class LexiconVerb
{
    internal static Command Create() => new("lexicon", """
        Makes the multilingual lexicon that code-switching draws from.

        Examples:
          llamax lexicon build muse panlex --out lexicon
        """)
    { Build() };

    private static Command Build()
    {
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = $"{string.Join(", ", LexiconSource.Names)} of $LLAMAX_DATA; a folder of dictionaries; a file; or en-de=FILE",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out", "-o") { Description = "Folder of the lexicon", HelpName = "DIR", Required = true };
        var languages = new Option<string?>("--languages") { Description = "Only these, divided by commas", HelpName = "CODES" };
        var hops = new Option<int>("--hops")
        {
            Description = "1: the entries; 2: also the entries of those entries",
            HelpName = "N",
            DefaultValueFactory = _ => LexiconHops.One.Hops,
        };
        var pivots = new Option<string>("--pivot")
        {
            Description = "With --hops 2: languages of the word in the middle, divided by commas",
            HelpName = "CODES",
            DefaultValueFactory = _ => string.Join(',', LexiconHops.One.Pivots),
        };
        var coverage = new Option<string?>("--coverage")
        {
            Description = "Also say how much of this text the lexicon knows (- = standard input)",
            HelpName = "FILE",
        };
        var language = new Option<string?>("--language") { Description = "With --coverage: the language of the text", HelpName = "CODE" };
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Command("build", """
            Reads bilingual dictionaries (MUSE, PanLex, GATITOS, CLDR names, any TSV, tab files of the Open Multilingual Wordnet; also .gz)
            into one lexicon: lexicon.bin, which opens at once, and manifest.json. Every entry counts in both directions. Says how many
            entities each language has ("# entity" of the paper's Table 2), and where sources contradict each other.

            Examples:
              llamax lexicon build muse panlex --out lexicon
              llamax lexicon build muse --out lexicon2 --languages en,fr,es,zh,ta,th --hops 2
              llamax lexicon build en-ha=words.tsv dictionaries/ --out lexicon --coverage corpus.ha.gz --language ha --json
            """)
        { sources, output, languages, hops, pivots, coverage, language, json };
        command.SetAction((parsed, cancellation) =>
        {
            var text = parsed.GetValue(coverage);
            var textLanguage = parsed.GetValue(language) is { } code ? LanguageRegistry.Find(code) : null;
            if ((text is null) != (textLanguage is null))
                throw new RequestException("one of --coverage and --language was given", "llamax lexicon build", "give both or none");
            var events = Talk.Events();
            using var display = events as IDisposable;
            var options = new LexiconOptions
            {
                Sources = parsed.GetValue(sources)!,
                Languages = Codes(parsed.GetValue(languages)),
                Reach = new() { Hops = parsed.GetValue(hops), Pivots = Codes(parsed.GetValue(pivots)) },
            };
            var report = LexiconBuild.Write(
                parsed.GetValue(output)!, options, DataFolders.FromEnvironment().Mirror, events, cancellation);
            LexiconCoverage? covered = null;
            if (textLanguage is not null)
            {
                using var lexicon = MultilingualLexicon.Open(report.Path);
                covered = LexiconCoverage.Measure(lexicon, textLanguage.Code, InputLines.Read(text, cancellation));
                if (covered.KnownTokens == 0)
                    events.Warn($"the lexicon knows no word of this text: nothing of it can be replaced; is it {textLanguage.Name}?");
            }

            if (parsed.GetValue(json))
                Results.WriteDocument(ToJson(report, covered));
            else
                WriteText(report, covered);
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static string[] Codes(string? list) =>
        (list ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static void WriteText(LexiconReport report, LexiconCoverage? coverage)
    {
        Results.WriteTable([
            ["language", "name", "entities"],
            .. report.Entities.OrderByDescending(one => one.Value).ThenBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => new[] { one.Key, NameOf(one.Key), Number(one.Value) }),
        ]);
        Console.Out.WriteLine();
        Results.WriteTable([
            ["source", "files", "entries", "kept", "empty", "too long", "malformed", "files passed over"],
            .. report.Sources.Select(source => new[]
            {
                source.Name, Number(source.Files), Number(source.Entries), Number(source.Kept), Number(source.Empty),
                Number(source.TooLong), Number(source.Malformed), Number(source.PassedOver.Count),
            }),
        ]);
        Console.Out.WriteLine();
        foreach (var example in report.Sources.SelectMany(source => source.MalformedExamples.Concat(source.PassedOver)).Take(10))
            Console.Error.WriteLine(example);
        if (report.Agreements + report.Conflicts > 0)
        {
            Console.Out.WriteLine($"Words that several sources translate into one language: {Number(report.Agreements)} with a translation"
                + $" in common, {Number(report.Conflicts)} without. All translations are kept.");
            foreach (var example in report.ConflictExamples)
                Console.Out.WriteLine($"  {example}");
        }

        if (coverage is not null)
            Console.Out.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{coverage.Language}: {coverage.TokenShare:0.0 %} of {coverage.Tokens:N0} words known, "
                + $"{coverage.TypeShare:0.0 %} of {coverage.Types:N0} different ones."));
        Console.Out.WriteLine($"{report.Path}: {Number(report.Entries)} entries, {Number(report.Bytes)} bytes");

        static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }

    private static JsonObject ToJson(LexiconReport report, LexiconCoverage? coverage)
    {
        var document = new JsonObject
        {
            ["path"] = report.Path,
            ["sha256"] = report.Sha256,
            ["bytes"] = report.Bytes,
            ["hops"] = report.Hops.Hops,
            ["pivots"] = report.Hops.Hops == 2 ? Strings(report.Hops.Pivots) : new JsonArray(),
            ["entries"] = report.Entries,
            ["entities"] = new JsonObject(report.Entities.OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => KeyValuePair.Create(one.Key, (JsonNode?)JsonValue.Create(one.Value)))),
            ["missing"] = Strings(report.Missing),
            ["sources"] = new JsonArray([
                .. report.Sources.Select(source => new JsonObject
                {
                    ["name"] = source.Name,
                    ["files"] = source.Files,
                    ["entries"] = source.Entries,
                    ["kept"] = source.Kept,
                    ["empty"] = source.Empty,
                    ["too_long"] = source.TooLong,
                    ["same_language"] = source.SameLanguage,
                    ["malformed"] = source.Malformed,
                    ["malformed_examples"] = Strings(source.MalformedExamples),
                    ["passed_over"] = Strings(source.PassedOver),
                }),
            ]),
            ["agreements"] = report.Agreements,
            ["conflicts"] = report.Conflicts,
            ["conflict_examples"] = Strings(report.ConflictExamples),
        };
        if (coverage is not null)
            document["coverage"] = new JsonObject
            {
                ["language"] = coverage.Language,
                ["lines"] = coverage.Lines,
                ["tokens"] = coverage.Tokens,
                ["known_tokens"] = coverage.KnownTokens,
                ["token_share"] = coverage.TokenShare,
                ["types"] = coverage.Types,
                ["known_types"] = coverage.KnownTypes,
                ["type_share"] = coverage.TypeShare,
            };
        return document;
    }

    private static string NameOf(string code) => LanguageRegistry.TryFind(code, out var language) ? language.Name : "";

    private static JsonArray Strings(IEnumerable<string> texts) => new([.. texts.Select(text => JsonValue.Create(text))]);
}
