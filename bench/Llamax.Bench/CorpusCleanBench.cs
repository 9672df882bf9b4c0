using System.Diagnostics;
using System.Globalization;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;

namespace Llamax.Bench;

/// <summary>
/// Cleaning and deduplication of Flores-101 dev, English with three languages of three scripts, repeated with another number in front of
/// each sentence. The baseline only reads and writes the pairs; what a step costs is its time less that.
/// </summary>
internal static class CorpusCleanBench
{
    private const int Pairs = 50_000;

    private static readonly string[] Languages = ["de", "hi", "zh"];

    public static BenchReport Run(BenchOptions options)
    {
        var mirror = DataFolders.FromEnvironment().Mirror ?? throw new RequestException("LLAMAX_DATA is not set",
            mend: "name the mirror folder");
        var flores = FloresSuite.Open101(Path.Combine(mirror, "flores101"));
        var english = LanguageRegistry.Find("en");
        var folder = Directory.CreateTempSubdirectory("llamax-bench-");
        try
        {
            List<BenchCase> cases = [];
            foreach (var language in Languages.Select(LanguageRegistry.Find))
                cases.Add(new($"en-{language}, {Pairs:N0} pairs", Measure(options.Repeats, flores, english, language, folder.FullName)));
            var what = string.Create(CultureInfo.InvariantCulture,
                $"Seconds for {Pairs:N0} pairs; peak resident memory {Peak() >> 20} MiB.");
            return new("corpus-clean", what, cases);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static IReadOnlyList<BenchTimes> Measure(int repeats, FloresSuite flores, Language source, Language target, string folder)
    {
        var corpus = Path.Combine(folder, $"{target}.tsv");
        var sentences = flores.Sentences(source, "dev").Zip(flores.Sentences(target, "dev")).ToList();
        using (var writer = new StreamWriter(corpus))
        {
            for (var i = 0; i < Pairs; i++)
            {
                var (left, right) = sentences[i % sentences.Count];
                writer.Write(string.Create(CultureInfo.InvariantCulture, $"{i} {left}\t{i} {right}\n"));
            }
        }

        var cleaner = new PairCleaner(new(), source, target, isParallel: true);
        StepRequest Request(string name) => new()
        {
            Command = name,
            Inputs = StepInput.OpenAll(corpus, isParallel: true),
            Output = Path.Combine(folder, $"{target}-{name}", "kept.tsv"),
            Threads = 1,
        };
        return Interleaved.Measure(
            repeats,
            ("read and write", () => StepRun.Run(Request("read"), new KeepAll(), new(), SilentEvents.Instance, default)),
            ("clean", () => StepRun.Run(Request("clean"), cleaner, new(), SilentEvents.Instance, default)),
            ("exact dedup", () => new DedupRun(Request("exact"), new(), new(), SilentEvents.Instance).Run(null, default)),
            ("near dedup", () => new DedupRun(
                Request("near"), new() { Kind = DedupKind.Near }, new(), SilentEvents.Instance).Run(null, default)));
    }

    private static long Peak()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    private sealed class KeepAll : ICorpusStep
    {
        public IReadOnlyList<string> Reasons => [];

        public StepVerdict Judge(in SentencePair pair, PartCounts counts) => StepVerdict.Keep(pair);
    }
}
