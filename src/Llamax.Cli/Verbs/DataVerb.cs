using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Catalogue;
using Llamax.Text.Languages;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax data list, get, describe</c>.</summary>
internal static class DataVerb
{
    internal static Command Create() => new("data", """
        Finds, fetches and describes public data: corpora, lexicons, test sets, tokenizer models.
        Data is looked for in $LLAMAX_DATA (a folder that you filled), then in $LLAMAX_CACHE (default ~/.cache/llamax),
        and then downloaded there and checked.

        Examples:
          llamax data list
          llamax data get spm-flores101
          llamax data describe corpus.ha.gz
        """)
    { List(), Get(), Describe() };

    private static Command List()
    {
        var language = new Option<string?>("--language") { Description = "Only what has this language, by any of its codes" };
        var kind = new Option<DataKind?>("--kind") { Description = "Only this kind" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Command("list", """
            Lists what can be asked for, and what of it is on this machine: licence, size, and how many of the paper's 102 languages it has.
            With --language, "?" stands where only the publisher's page tells.

            Examples:
              llamax data list
              llamax data list --language ha --kind lexicon
              llamax data list --json
            """)
        { language, kind, json };
        command.SetAction(parsed =>
        {
            var catalogue = DataCatalogue.Default;
            var wanted = parsed.GetValue(language) is { } code ? LanguageRegistry.Find(code) : null;
            var items = catalogue.List(wanted, parsed.GetValue(kind));
            if (parsed.GetValue(json))
                Results.WriteDocument(new JsonArray([.. items.Select(ToJson)]));
            else
                Results.WriteTable([
                    ["name", "kind", "here", "size", "of 102", "licence", "what"],
                    .. items.Select(item => new[]
                    {
                        item.Name,
                        Lower(item.Entry.Kind),
                        item.Path is null ? "no" : "yes",
                        item.Bytes is { } bytes ? Size(bytes) : "?",
                        item.Covers is { } covers ? covers.Count.ToString(CultureInfo.InvariantCulture) : "?",
                        item.Entry.Licence,
                        item.Entry.What,
                    }),
                ]);
            return CommandLine.Done;
        });
        return command;
    }

    private static Command Get()
    {
        var name = new Argument<string>("NAME") { Description = "A name of llamax data list" };
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Command("get", """
            Prints where an entry lies on this machine; downloads it first if it is not there. A download that broke off is continued.

            Examples:
              llamax data get spm-flores101
              llamax data get opus:CCAligned:en-ha     a corpus of OPUS, by its name and pair
              llamax data get opus:TED2020@v1:en-sw    in a release of your choice
              llamax data get mc4:ha                   one shard of mC4; mc4:ha:3 is another
            """)
        { name, json };
        command.SetAction(async (parsed, cancellation) =>
        {
            var catalogue = DataCatalogue.Default;
            var entry = catalogue.Find(parsed.GetValue(name)!);
            var events = Talk.Events();
            using var display = events as IDisposable;
            using var client = new HttpClient();
            var path = await catalogue.GetAsync(entry.Name, client, events, cancellation);
            if (parsed.GetValue(json))
                Results.WriteDocument(ToJson(new CatalogueItem(entry.Name, entry, path, entry.Covers)));
            else
                Console.Out.WriteLine(path);
            return CommandLine.Done;
        });
        return command;
    }

    private static Command Describe()
    {
        var path = new Argument<string>("PATH") { Description = "A file (also compressed) or a folder" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array, an object per file" };
        var command = new Command("describe", """
            Says what a file or the files of a folder look like: format, lines, columns, scripts, and lines that cannot be read.

            Examples:
              llamax data describe corpus.ha.gz
              llamax data describe flores101/dev --json
            """)
        { path, json };
        command.SetAction((parsed, cancellation) =>
        {
            var files = FileDescription.OfAll(parsed.GetValue(path)!, cancellation).ToList();
            if (parsed.GetValue(json))
                Results.WriteDocument(new JsonArray([.. files.Select(ToJson)]));
            else
                WriteText(files);
            return Task.FromResult(files.Exists(file => file.MalformedLines > 0) ? CommandLine.SomeFailed : CommandLine.Done);
        });
        return command;
    }

    private static void WriteText(List<FileDescription> files)
    {
        Results.WriteTable([
            ["file", "format", "bytes", "lines", "empty", "malformed", "columns", "script of each column"],
            .. files.Select(file => new[]
            {
                file.Path,
                file.Compression.Length > 0 ? $"{file.Format} in {file.Compression}" : file.Format,
                Number(file.Bytes),
                file.Lines is { } lines ? Number(lines) : "",
                Number(file.EmptyLines),
                Number(file.MalformedLines),
                file.Columns.Least == file.Columns.Most
                    ? Number(file.Columns.Most)
                    : $"{Number(file.Columns.Least)} to {Number(file.Columns.Most)}",
                string.Join("; ", file.Scripts.Select(Describe)),
            }),
        ]);
        foreach (var example in files.SelectMany(file => file.MalformedExamples).Take(10))
            Console.Error.WriteLine(example);

        static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
    }

    private static string Describe(ColumnScript script)
    {
        var languages = script.Languages.Count switch
        {
            0 => "no language of the paper",
            <= 4 => string.Join(" or ", script.Languages),
            var count => string.Create(CultureInfo.InvariantCulture, $"one of {count} languages"),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{script.Script} {script.Share:0 %} ({languages})");
    }

    private static JsonObject ToJson(FileDescription file) => new()
    {
        ["path"] = file.Path,
        ["format"] = file.Format,
        ["compression"] = file.Compression,
        ["bytes"] = file.Bytes,
        ["lines"] = file.Lines,
        ["empty_lines"] = file.EmptyLines,
        ["malformed_lines"] = file.MalformedLines,
        ["malformed_examples"] = new JsonArray([.. file.MalformedExamples.Select(example => JsonValue.Create(example))]),
        ["columns"] = new JsonArray(file.Columns.Least, file.Columns.Most),
        ["scripts"] = new JsonArray([
            .. file.Scripts.Select(script => new JsonObject
            {
                ["script"] = script.Script,
                ["share"] = script.Share,
                ["languages"] = new JsonArray([.. script.Languages.Select(code => JsonValue.Create(code))]),
            }),
        ]),
    };

    private static JsonObject ToJson(CatalogueItem item) => new()
    {
        ["name"] = item.Name,
        ["kind"] = Lower(item.Entry.Kind),
        ["what"] = item.Entry.What,
        ["languages"] = item.Entry.Languages,
        ["covers"] = item.Covers is { } covers ? new JsonArray([.. covers.Select(language => JsonValue.Create(language.Code))]) : null,
        ["licence"] = item.Entry.Licence,
        ["version"] = item.Entry.Version,
        ["origin"] = item.Entry.Origin,
        ["path"] = item.Path,
        ["bytes"] = item.Bytes,
        ["files"] = new JsonArray([
            .. item.Entry.Files.Select(
                file => new JsonObject { ["name"] = file.Name, ["url"] = file.Url, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256 }),
        ]),
    };

    private static string Lower(DataKind kind) => kind.ToString().ToLowerInvariant();

    private static string Size(long bytes) => bytes < 1_000_000
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e3:0.#} kB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:#,0.#} MB");
}
