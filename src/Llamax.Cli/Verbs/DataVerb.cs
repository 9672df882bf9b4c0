using System.CommandLine;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Catalogue;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax data list, get, describe</c>.</summary>
internal static class DataVerb
{
    internal static Command Create() => new("data", """
        Finds and fetches public data: corpora, lexicons, test sets, tokenizer models.
        Data is looked for in $LLAMAX_DATA (a folder that you filled), then in $LLAMAX_CACHE (default ~/.cache/llamax),
        and then downloaded there and checked.

        Examples:
          llamax data list
          llamax data get spm-flores101
        """)
    { List(), Get() };

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
                    .. catalogue.Entries.Select(e => new[] { e.Name, e.Languages, catalogue.Locate(e.Name) is null ? "no" : "yes", e.Licence, e.What }),
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

    private static JsonObject ToJson(CatalogueEntry entry, string? path) => new()
    {
        ["name"] = entry.Name,
        ["what"] = entry.What,
        ["languages"] = entry.Languages,
        ["licence"] = entry.Licence,
        ["origin"] = entry.Origin,
        ["path"] = path,
        ["files"] = new JsonArray([
            .. entry.Files.Select(file => new JsonObject { ["name"] = file.Name, ["url"] = file.Url, ["bytes"] = file.Bytes, ["sha256"] = file.Sha256 }),
        ]),
    };
}
