using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Catalogue;

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
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Command("list", """
            Lists what can be asked for, and what of it is on this machine.

            Examples:
              llamax data list
              llamax data list --json
            """)
        { json };
        command.SetAction(parsed =>
        {
            var catalogue = DataCatalogue.Default;
            if (parsed.GetValue(json))
                Results.WriteDocument(new JsonArray([.. catalogue.Entries.Select(entry => ToJson(entry, catalogue.Locate(entry.Name)))]));
            else
                Results.WriteTable([
                    ["name", "languages", "here", "licence", "what"],
                    .. catalogue.Entries.Select(
                        e => new[] { e.Name, e.Languages, catalogue.Locate(e.Name) is null ? "no" : "yes", e.Licence, e.What }),
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
              llamax score hyp.ha ref.ha --metric spbleu
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
                Results.WriteDocument(ToJson(entry, path));
            else
                Console.Out.WriteLine(path);
            return CommandLine.Done;
        });
        return command;
    }

    private static Command Describe()
    {
        var path = new Argument<string>("PATH") { Description = "A file (.gz too) or a folder" };
        var json = new Option<bool>("--json") { Description = "Print a JSON array, an object per file" };
        var command = new Command("describe", """
            Says what a file or the files of a folder look like: format, lines, columns, scripts, and lines that are no UTF-8.

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
            ["file", "format", "bytes", "lines", "empty", "not UTF-8", "columns", "script of each column"],
            .. files.Select(file => new[]
            {
                file.Path,
                file.IsGzip ? $"{file.Format} in gzip" : file.Format,
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
        ["gzip"] = file.IsGzip,
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

    private static JsonObject ToJson(CatalogueEntry entry, string? path) => new()
    {
        ["name"] = entry.Name,
        ["what"] = entry.What,
        ["languages"] = entry.Languages,
        ["licence"] = entry.Licence,
        ["origin"] = entry.Origin,
        ["path"] = path,
        ["files"] = new JsonArray([
            .. entry.Files.Select(
                file => new JsonObject { ["name"] = file.Name, ["url"] = file.Url, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256 }),
        ]),
    };
}
