using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Llamax.Cli.Rendering;
using Llamax.Corpus;
using Llamax.Corpus.Building;
using Llamax.Corpus.Sharding;
using Llamax.Pipelines.Recipes;
using Llamax.Pipelines.Stages;
using Llamax.Runs;
using Llamax.Runs.Recipes;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax corpus build</c>: Algorithm 1 of the paper, whole or in shards.</summary>
internal static class CorpusBuildVerb
{
    private const string TranslatePhase = "translate";

    internal static Command Create()
    {
        var file = new Argument<string>("RECIPE") { Description = "A YAML recipe; it needs no phases" };
        var set = new Option<string[]>("--set")
        {
            Description = "The set to build; with A.B=C: replace a value of the recipe",
            HelpName = "NAME|A.B=C",
        };
        var output = new Option<string>("--out", "-o") { Description = "Folder of the entries", HelpName = "DIR", Required = true };
        var phase = new Option<string?>("--phase")
        {
            Description = "translate: only what g has to translate, which the shards share",
            HelpName = "PHASE",
        };
        phase.AcceptOnlyFromAmong(TranslatePhase);
        var shard = new Option<string?>("--shard") { Description = "Do the i-th of n parts of the work, for --merge n", HelpName = "i/n" };
        var merge = new Option<int?>("--merge")
        {
            Description = "Put n shards together; the bytes are those of one process",
            HelpName = "n",
        };
        var json = new Option<bool>("--json") { Description = "Print a JSON object" };
        var command = new Command("build", """
            Builds a training set of a recipe after Algorithm 1 of the paper: entries.parquet and manifest.json. Prints the path of the
            entries and what they are. The same command goes on where a killed one stopped.

            Examples:
              llamax corpus build recipe.yaml --set cpt --out set
              llamax corpus build recipe.yaml --set cpt --set sets.cpt.algorithm.epochs=2 --out set --json
              llamax corpus build recipe.yaml --set cpt --out set --phase translate --shard 2/7    where the set has a pivot: every i first
              llamax corpus build recipe.yaml --set cpt --out set --shard 2/7                      then every i
              llamax corpus build recipe.yaml --set cpt --out set --merge 7
            """)
        { file, set, output, phase, shard, merge, json };
        command.SetAction((parsed, cancellation) =>
        {
            var given = parsed.GetValue(set) ?? [];
            var recipe = RecipeFiles.BindSets(RecipeFile.Read(parsed.GetValue(file)!), [.. given.Where(IsAssignment)]);
            var part = parsed.GetValue(shard) is { } text ? Shard.Parse(text) : (Shard?)null;
            var shards = parsed.GetValue(merge);
            if (shards is not null && (part is not null || parsed.GetValue(phase) is not null))
                throw new RequestException("--merge was given with --shard or --phase", "--merge", "run every shard first, then merge");
            if (shards is < 1 or > 100_000)
                throw new RequestException("it must be 1 to 100000", "--merge", "give the n of --shard i/n");
            var build = new SetBuild(recipe, NameOf([.. given.Where(name => !IsAssignment(name))], recipe));
            var folder = parsed.GetValue(output)!;
            var events = Talk.Events();
            using var display = events as IDisposable;
            if (parsed.GetValue(phase) is not null)
                build.Translate(folder, part ?? Shard.Whole, events, cancellation);
            else if (part is { } one)
                build.WriteShard(folder, one, events, cancellation);
            else
                Print(folder, shards is { } n ? build.Merge(folder, n, events, cancellation) : build.Write(folder, events, cancellation),
                    parsed.GetValue(json));
            return Task.FromResult(CommandLine.Done);
        });
        return command;
    }

    private static bool IsAssignment(string text) => text.Contains('=', StringComparison.Ordinal);

    private static string NameOf(string[] names, Recipe recipe) => names switch
    {
        [var name] => name,
        [] when recipe.Sets.Count == 1 => recipe.Sets.Keys.Single(),
        _ => throw new RequestException(
            $"{names.Length} sets were named", "--set", $"name one of {string.Join(", ", recipe.Sets.Keys)}"),
    };

    private static void Print(string folder, TrainingSetManifest set, bool asJson)
    {
        var path = Path.Combine(folder, set.File);
        var kinds = set.Counts.GroupBy(count => count.Kind).ToList();
        if (asJson)
        {
            Results.WriteDocument(new JsonObject
            {
                ["path"] = path,
                ["sha256"] = set.Sha256,
                ["entries"] = set.Entries,
                ["kinds"] = new JsonObject(kinds.Select(kind => KeyValuePair.Create<string, JsonNode?>(
                    EntryKindNames.Of(kind.Key), kind.Sum(count => count.Entries)))),
                ["pairs"] = new JsonArray([.. set.Pairs.Select(pair => new JsonObject
                {
                    ["pair"] = $"{pair.Source}-{pair.Target}",
                    ["drawn"] = pair.Drawn,
                    ["replicas"] = pair.Replicas,
                    ["english"] = pair.English,
                    ["translated"] = pair.Translated,
                    ["augmented"] = pair.Augmented,
                })]),
            });
            return;
        }

        Console.Out.WriteLine(path);
        Results.WriteTable([
            ["kind", "directions", "entries", "characters"],
            .. kinds.Select(kind => new[]
            {
                EntryKindNames.Of(kind.Key), Number(kind.Count()), Number(kind.Sum(count => count.Entries)),
                Number(kind.Sum(count => count.Characters)),
            }),
        ]);
        if (set.Pairs.Count > 0)
            Results.WriteTable([
                ["language pairs", "sentence pairs", "replicated", "made by g", "code-switched"],
                [
                    Number(set.Pairs.Count), Number(set.Pairs.Sum(pair => pair.Drawn)), Number(set.Pairs.Count(pair => pair.Replicas > 1)),
                    Number(set.Pairs.Sum(pair => pair.Translated)), Number(set.Pairs.Sum(pair => pair.Augmented)),
                ],
            ]);
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
