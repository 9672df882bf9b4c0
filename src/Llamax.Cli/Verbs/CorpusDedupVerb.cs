using System.CommandLine;
using Llamax.Cli.Rendering;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Sharding;

namespace Llamax.Cli.Verbs;

/// <summary><c>llamax corpus dedup</c>.</summary>
internal static class CorpusDedupVerb
{
    internal static Command Create()
    {
        var defaults = new DedupOptions();
        var near = new Option<bool>("--near") { Description = "Near duplicates too: most letter n-grams are the same (MinHash)" };
        var on = new Option<DedupSide>("--on")
        {
            Description = "What is compared: pair, source, target or either",
            HelpName = "SIDE",
            DefaultValueFactory = _ => defaults.On,
        };
        var within = new Option<bool>("--within-files") { Description = "Compare pairs of the same file only" };
        var against = new Option<string[]>("--against")
        {
            Description = "Corpora that come first and are not written: what they have is dropped",
            HelpName = "FILE",
        };
        var ngram = Number("--ngram", "Letters in an n-gram (--near)", defaults.Ngram);
        var bands = Number("--bands", "Bands of a signature (--near)", defaults.Bands);
        var rows = Number("--rows", "Values in a band (--near)", defaults.Rows);
        var partitions = Number("--partitions", "Parts that are sorted each alone; they do not change the result", defaults.Partitions);
        var memory = Number("--memory", "MiB that a partition is sorted in", (int)(defaults.MemoryBytes >> 20));
        var phase = new Option<DedupPhase?>("--phase")
        {
            Description = "One phase alone, for many processes: map, reduce or apply",
            HelpName = "PHASE"
        };
        var shared = new CorpusStepOptions();
        var command = new Command("dedup", """
            Removes duplicates; of those that are one, the first in the order of the inputs stays. Corpora may be larger than memory.
            Case, spaces and punctuation do not count.

            Examples:
              llamax corpus dedup clean/en-ha.tsv --out unique/en-ha.tsv
              llamax corpus dedup a.tsv b.tsv --on either --near --out unique/ab.tsv --rejected unique/rejected.jsonl
              llamax corpus dedup web.txt --lang ha --against news.txt --out unique/web.txt
              llamax corpus dedup a.tsv --out unique/a.tsv --phase map --shard 1/2      each phase for every shard, in this order,
              llamax corpus dedup a.tsv --out unique/a.tsv --phase reduce --shard 1/2   then the merging
              llamax corpus dedup a.tsv --out unique/a.tsv --phase apply --shard 1/2
              llamax corpus dedup a.tsv --out unique/a.tsv --merge 2
            """)
        { near, on, within, against, ngram, bands, rows, partitions, memory, phase };
        shared.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            var options = new DedupOptions
            {
                Kind = parsed.GetValue(near) ? DedupKind.Near : DedupKind.Exact,
                On = parsed.GetValue(on),
                WithinFiles = parsed.GetValue(within),
                Ngram = parsed.GetValue(ngram),
                Bands = parsed.GetValue(bands),
                Rows = parsed.GetValue(rows),
                Partitions = parsed.GetValue(partitions),
                MemoryBytes = (long)parsed.GetValue(memory) << 20,
            };
            var request = shared.Request(parsed, "corpus dedup", "") with
            {
                Against = [.. (parsed.GetValue(against) ?? []).SelectMany(spec => StepInput.OpenAll(spec, shared.IsParallel(parsed)))],
            };
            var malformed = shared.Malformed(parsed);
            var events = Talk.Events();
            using (events as IDisposable)
                return Task.FromResult(shared.Finish(
                    parsed, new DedupRun(request, options, malformed, events).Run(parsed.GetValue(phase), cancellation), malformed));
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "N", DefaultValueFactory = _ => value };
}
