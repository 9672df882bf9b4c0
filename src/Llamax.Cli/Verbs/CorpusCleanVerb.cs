using System.CommandLine;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Sharding;
using Llamax.Runs.Recipes;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax corpus clean</c>.</summary>
internal static class CorpusCleanVerb
{
    internal static Command Create()
    {
        var recipe = new Option<string?>("--recipe")
        {
            Description = "Thresholds, for all and for single languages (YAML)",
            HelpName = "FILE"
        };
        var set = new Option<string[]>("--set")
        {
            Description = "Another value for a key of the recipe, for example limits.mostWords=80",
            HelpName = "KEY=VALUE",
        };
        var dedup = new Option<bool>("--dedup")
        {
            Description = "Drop exact duplicates of what is kept in the same pass, as corpus dedup would; not with --shard"
        };
        var shared = new CorpusStepOptions();
        var command = new Command("clean", """
            Mends Unicode and white space and removes lines that teach nothing; says how many and why.

            Examples:
              llamax corpus clean raw/en-ha.tsv --from en --to ha --out clean/en-ha.tsv --rejected clean/rejected.jsonl
              llamax corpus clean raw/*.tsv --from en --to ha --out unique/en-ha.tsv --dedup
              llamax corpus clean raw.en.gz,raw.ha.gz --from en --to ha --out clean/en-ha.tsv --recipe clean.yaml
              llamax corpus clean ha.txt --lang ha --out clean/ha.txt --set languages.ha.leastWords=4
              llamax corpus clean raw/*.tsv --from en --to ha --out clean/en-ha.tsv --shard 2/7
              llamax corpus clean raw/*.tsv --from en --to ha --out clean/en-ha.tsv --merge 7
            """)
        { recipe, set, dedup };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var file = parsed.GetValue(recipe) is { } path ? RecipeFile.Read(path) : RecipeFile.Parse("--set", "{}");
            foreach (var assignment in parsed.GetValue(set) ?? [])
                file.Set(assignment);
            var options = RecipeBinder.Bind<CleaningOptions>(file, "docs/clean.md lists every key");
            var cleaner = new PairCleaner(options, shared.Source(parsed), shared.Target(parsed), shared.IsParallel(parsed));
            var request = shared.Request(parsed, "corpus clean", RecipeWriter.Write(options)) with
            {
                Seed = options.Seed,
                SamplesPerReason = options.SamplesPerReason,
            };
            var malformed = shared.Malformed(parsed);
            var events = Talk.Events();
            using (events as IDisposable)
            {
                var report = parsed.GetValue(dedup)
                    ? new UniqueStepRun(request, cleaner).Run(malformed, events, cancellation)
                    : StepRun.Run(request, cleaner, malformed, events, cancellation);
                return Task.FromResult(shared.Finish(parsed, report, malformed));
            }
        });
        return command;
    }
}
