using System.CommandLine;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus.BuiltIn;
using Llamax.Text.Languages;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax languages [QUERY]</c>: the table of the paper's languages.</summary>
internal static class LanguagesVerb
{
    internal static Command Create()
    {
        var query = new Argument<string?>("QUERY")
        {
            Description = "A code of any set, or part of a name, a family or a script",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var json = new Option<bool>("--json") { Description = "Print a JSON array" };
        var command = new Command("languages", """
            Lists the 102 languages of the paper with their codes. Every verb takes any of these codes, and English names.

            Examples:
              llamax languages
              llamax languages zho_Hant
              llamax languages Cyrl --json
            """)
        { query, json };
        command.SetAction(parsed =>
        {
            var languages = Select(parsed.GetValue(query));
            if (parsed.GetValue(json))
                Results.WriteDocument(new JsonArray([.. languages.Select(ToJson)]));
            else
                Results.WriteTable([
                    ["code", "name", "script", "family", "flores101", "flores200", "built-in"],
                    .. languages.Select(ToRow),
                ]);
            return CommandLine.Done;
        });
        return command;
    }

    private static List<Language> Select(string? query)
    {
        if (query is null)
            return [.. LanguageRegistry.All];
        if (LanguageRegistry.TryFind(query, out var one))
            return [one];
        var matches = LanguageRegistry.All
            .Where(l => new[] { l.Name, l.Family, l.Script }.Any(text => text.Contains(query, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        // Find explains with the nearest languages why there is none.
        return matches.Count > 0 ? matches : [LanguageRegistry.Find(query)];
    }

    private static string[] ToRow(Language language) =>
    [
        language.Code, language.Name, language.Script, language.Family, language.Flores101, language.Flores200,
        BuiltInCorpus.IsSupported(language) ? "yes" : "no",
    ];

    private static JsonObject ToJson(Language language) => new()
    {
        ["code"] = language.Code,
        ["name"] = language.Name,
        ["script"] = language.Script,
        ["family"] = language.Family,
        ["iso639_1"] = language.Iso6391,
        ["iso639_3"] = language.Iso6393,
        ["bcp47"] = language.Bcp47,
        ["flores101"] = language.Flores101,
        ["flores200"] = language.Flores200,
        ["built_in"] = BuiltInCorpus.IsSupported(language),
    };
}
