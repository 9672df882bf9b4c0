using System.Diagnostics;
using System.Globalization;
using System.Text;
using Llamax.Corpus.Building;
using Llamax.Corpus.Catalogue;
using Llamax.Corpus.Cleaning;
using Llamax.Corpus.Deduplication;
using Llamax.Corpus.Lexicons;
using Llamax.Corpus.Packing;
using Llamax.Corpus.Reading;
using Llamax.Corpus.Sharding;
using Llamax.Runs;
using Llamax.Runs.Progress;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Bench;

/// <summary>
/// From raw pairs to packed blocks: Flores-101 dev, repeated with another number in front of each sentence, cleaned with language
/// identification and exact deduplication, built after Algorithm 1, packed with LLaMA-2's tokenizer.
/// </summary>
internal static class CorpusPipelineBench
{
    private const int SmallPair = 20_000;

    // Of a corpus of this size a few pairs hold nearly all sentences; those below Algorithm 1's threshold are below it at any size.
    private static readonly (string Language, double Share)[] Large = [("de", 0.5), ("hi", 0.3), ("zh", 0.2)];

    private static readonly string[] Small = ["ha", "sw", "zu"];

    public static BenchReport Run(BenchOptions options)
    {
        var mirror = DataFolders.FromEnvironment().Mirror ?? throw new RequestException(
            "LLAMAX_DATA is not set", mend: "name the mirror folder");
        var small = Math.Min(SmallPair, options.Pairs / 100);
        var rest = options.Pairs - (small * Small.Length);
        (string Language, int Pairs)[] corpora =
        [
            .. Large.Select(one => (one.Language, (int)(rest * one.Share))), .. Small.Select(language => (language, small)),
        ];
        var folder = Directory.CreateTempSubdirectory("llamax-bench-").FullName;
        try
        {
            var bytes = WriteRaw(mirror, folder, corpora);
            var steps = Steps(options, mirror, folder, corpora, Math.Min(25_000, options.Pairs / 20));
            return new("corpus-pipeline", Describe(options, corpora, bytes, steps), [new("steps", [.. steps.Select(step => step.Times)])]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static List<(BenchTimes Times, long Peak)> Steps(
        BenchOptions options, string mirror, string folder, (string Language, int Pairs)[] corpora, int augmentBelow)
    {
        var english = LanguageRegistry.Find("en");
        using var lexicon = MultilingualLexicon.Open(
            LexiconBuild.Write(Path.Combine(folder, "lexicon"), new() { Sources = ["muse", "panlex"] }, mirror).Path);
        var tokenizer = TokenizerFile.Load(Path.Combine(mirror, "llama2-tokenizer", "tokenizer.model"));
        var cleaning = new CleaningOptions { Identifier = Path.Combine(mirror, "lid", "lid.176.ftz") };
        TrainingSetManifest? set = null;
        return
        [
            Measure("clean, identify, exact dedup", () =>
            {
                foreach (var (language, _) in corpora)
                {
                    var request = new StepRequest
                    {
                        Command = "clean",
                        Inputs = StepInput.OpenAll(Raw(folder, language), isParallel: true),
                        Output = Clean(folder, language),
                        Threads = options.Threads,
                    };
                    var cleaner = new PairCleaner(cleaning, english, LanguageRegistry.Find(language), isParallel: true);
                    new UniqueStepRun(request, cleaner).Run(new(), SilentEvents.Instance, default);
                    File.Delete(Raw(folder, language));
                }
            }),
            Measure("build", () => set = new TrainingSetBuilder(
                new() { ReplicateBelow = augmentBelow, AugmentBelow = augmentBelow }, lexicon) { Threads = options.Threads }
                .Write(folder, "entries", new()
                {
                    Parallel = [.. corpora.Select(one => new ParallelSource(
                        "en", one.Language, TsvPairs.Read(Clean(folder, one.Language), new(), new())))],
                })),
            Measure("tokenise and pack", () => new PackedCorpusWriter(tokenizer, new() { Threads = options.Threads })
                .Write(Path.Combine(folder, "packed"), "blocks", TrainingSetFile.Read(Path.Combine(folder, set!.File)))),
        ];
    }

    private static (BenchTimes Times, long Peak) Measure(string name, Action work)
    {
        ResetPeak();
        using var process = Process.GetCurrentProcess();
        var (wall, cpu) = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        work();
        var seconds = Stopwatch.GetElapsedTime(wall).TotalSeconds;
        process.Refresh();
        return (new(name, [seconds], [(process.TotalProcessorTime - cpu).TotalSeconds]), process.PeakWorkingSet64);
    }

    /// <summary>Linux forgets the peak of resident memory where 5 is written there.</summary>
    private static void ResetPeak()
    {
        const string Path = "/proc/self/clear_refs";
        if (OperatingSystem.IsLinux() && File.Exists(Path))
            File.WriteAllText(Path, "5");
    }

    private static string Describe(
        BenchOptions options, (string Language, int Pairs)[] corpora, double bytes, List<(BenchTimes Times, long Peak)> steps)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"One round of {options.Pairs:N0} pairs of English with ");
        text.AppendJoin(", ", corpora.Select(one => string.Create(CultureInfo.InvariantCulture, $"{one.Language} ({one.Pairs:N0})")));
        text.Append(CultureInfo.InvariantCulture, $": Flores-101 dev with another number before each sentence, {bytes:F0} bytes a side. ");
        text.Append("The three small pairs are replicated three times and code-switched in both directions with MUSE and PanLex. ");
        text.Append(CultureInfo.InvariantCulture, $"{options.Threads} threads.\n\n");
        text.Append("| step | pairs/s | pairs/s a core | peak resident MiB |\n|---|---:|---:|---:|\n");
        foreach (var (times, peak) in steps)
            Row(times.Name, times.Wall[0], times.Cpu[0], peak);
        Row("all", steps.Sum(step => step.Times.Wall[0]), steps.Sum(step => step.Times.Cpu[0]), steps.Max(step => step.Peak));
        return text.ToString().TrimEnd();

        void Row(string name, double wall, double cpu, long peak) => text.Append(
            CultureInfo.InvariantCulture, $"| {name} | {options.Pairs / wall:N0} | {options.Pairs / cpu:N0} | {peak >> 20:N0} |\n");
    }

    /// <returns>Mean bytes of a side.</returns>
    private static double WriteRaw(string mirror, string folder, (string Language, int Pairs)[] corpora)
    {
        var flores = FloresSuite.Open101(Path.Combine(mirror, "flores101"));
        var english = flores.Sentences(LanguageRegistry.Find("en"), "dev");
        var bytes = 0L;
        foreach (var (language, pairs) in corpora)
        {
            var other = flores.Sentences(LanguageRegistry.Find(language), "dev");
            using var writer = new StreamWriter(Raw(folder, language));
            for (var i = 0; i < pairs; i++)
                writer.Write(string.Create(
                    CultureInfo.InvariantCulture, $"{i} {english[i % english.Count]}\t{i} {other[i % other.Count]}\n"));
            writer.Flush();
            bytes += writer.BaseStream.Length - (2L * pairs);
        }

        return bytes / (2.0 * corpora.Sum(one => one.Pairs));
    }

    private static string Raw(string folder, string language) => Path.Combine(folder, $"raw-{language}.tsv");

    private static string Clean(string folder, string language) => Path.Combine(folder, $"clean-{language}", "pairs.tsv");
}
