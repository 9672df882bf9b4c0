using Llamax.Bench;
using Llamax.Bench.Engines;
using Llamax.Bench.Text;
using Llamax.Bench.TrainingStep;
using Llamax.Runs;

// One verb per benchmark: bench VERB [--repeats N] [--threads N] [--pairs N] [--out FOLDER].
var benches = new Dictionary<string, Func<BenchOptions, BenchReport>>(StringComparer.Ordinal)
{
    ["corpus-clean"] = CorpusCleanBench.Run,
    ["corpus-pipeline"] = CorpusPipelineBench.Run,
    ["decoding"] = DecodingBench.Run,
    ["engines"] = EnginesBench.Run,
    ["loading"] = LoadingBench.Run,
    ["text"] = TextBench.Run,
    ["augment"] = LexiconAugmentBench.Run,
    ["lexicon"] = LexiconBench.Run,
    ["packing"] = PackingBench.Run,
    ["training-step"] = TrainingStepBench.Run,
};

if (args is [StepChild.Verb, .. var child])
    return StepChild.Run(child);
if (args is [Int8Quality.Verb, .. var quality])
    return Int8Quality.Run(quality);
if (args.Length == 0 || !benches.TryGetValue(args[0], out var bench) || BenchOptions.Parse(args.AsSpan(1)) is not { } options)
{
    Console.Error.WriteLine($"usage: Llamax.Bench {string.Join('|', benches.Keys)} [--repeats N] [--threads N] [--pairs N] [--out FOLDER]");
    return 2;
}

try
{
    var report = bench(options);
    Console.Write(report.ToMarkdown());
    if (options.Out is not null)
        report.Save(options.Out);
    return 0;
}
catch (RequestException error)
{
    Console.Error.WriteLine(error.Message);
    return 2;
}
