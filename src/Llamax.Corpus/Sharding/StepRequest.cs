using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Corpus.Sharding;

/// <summary>What a step reads and writes, and which part of the work this process does.</summary>
public sealed record StepRequest
{
    /// <summary>The step, for example <c>corpus clean</c>.</summary>
    public required string Command { get; init; }

    public required IReadOnlyList<StepInput> Inputs { get; init; }

    /// <summary>Corpora that decide what is kept and are not written themselves.</summary>
    public IReadOnlyList<StepInput> Against { get; init; } = [];

    /// <summary>Where what is kept goes, as <see cref="CorpusSpec.Parse"/> reads it.</summary>
    public required string Output { get; init; }

    /// <summary>The files of the output: one, or two that are parallel by line.</summary>
    public IReadOnlyList<string> OutputFiles =>
        CorpusSpec.Parse(Output) is { TargetPath: { } target } pair ? [pair.Path, target] : [CorpusSpec.Parse(Output).Path];

    /// <summary>The output as the names of what lies beside it begin.</summary>
    internal string OutputName => OutputFiles[0];

    /// <summary>The file of what was removed and why, one JSON object a line; null = not kept.</summary>
    public string? Rejected { get; init; }

    /// <summary>Whether the corpus has two sides.</summary>
    public bool IsParallel { get; init; } = true;

    /// <summary>Everything else that decides the result, as a recipe spells it.</summary>
    public string Options { get; init; } = "";

    public ulong Seed { get; init; } = 1;

    public int SamplesPerReason { get; init; } = 5;

    /// <summary>Do the work of this shard alone; null = all, or merge.</summary>
    public Shard? Shard { get; init; }

    /// <summary>Merge this many shards; null = do the work.</summary>
    public int? Merge { get; init; }

    public int Threads { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    public IEnumerable<OptionProblem> Problems()
    {
        if (Threads is < 1 or > 1024)
            yield return new("--threads", Threads, "must be 1 to 1024", "use as many as there are cores");
        if (Merge is < 1 or > 100_000)
            yield return new("--merge", Merge, "must be 1 to 100000", "give the n of --shard i/n");
        if (Merge is not null && Shard is not null)
            yield return new("--merge", Merge, "does not go with --shard", "run every shard first, then merge");
        if (OutputName == CorpusStream.StandardInput)
            yield return new("--out", Output, "is standard output, which takes no manifest beside it", "name a file");
        if ((Merge is not null || Shard is not null) && Inputs.Any(input => input.IsStandardInput))
            yield return new("--shard", "stdin", "standard input cannot be shared by processes", "write it to a file first");
        List<string> outputs = [.. OutputFiles.Append(Rejected).OfType<string>().Select(Path.GetFullPath)];
        if (outputs.Distinct().Count() < outputs.Count)
            yield return new("--rejected", Rejected, "is the output itself", "name another file");
        foreach (var file in Inputs.Concat(Against).SelectMany(input => input.Files).Where(file
            => outputs.Contains(Path.GetFullPath(file))))
            yield return new("--out", file, "is an input", "name another file");
    }

    /// <summary>Names the request on these files as they lie here: two shards with one key belong together.</summary>
    internal string Key => Runs.Manifests.Manifest.HashTexts([Command, Options, .. Against.Concat(Inputs).Select(input
        => input.Description)]);
}
