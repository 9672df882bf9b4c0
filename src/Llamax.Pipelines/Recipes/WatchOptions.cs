using Llamax.Runs;

namespace Llamax.Pipelines.Recipes;

/// <summary>
/// What is measured on held-out sentence pairs while a phase trains, every <c>validateEvery</c> steps and at its end. Sources on disk have
/// them with <c>heldOutPerLanguagePair</c>; the built-in corpus always has.
/// </summary>
public sealed record WatchOptions
{
    /// <summary>
    /// Held-out pairs of each of up to two directions into every language, whose loss is measured as <c>dev/loss</c>; 0 = none. Those that
    /// an evaluation takes last are taken first.
    /// </summary>
    public int DevPairs { get; init; } = 4;

    /// <summary>Held-out sentences that are translated greedily, into <c>samples.jsonl</c>; 0 = none.</summary>
    public int Samples { get; init; } = 4;

    /// <summary>Most tokens of such a translation.</summary>
    public int SampleTokens { get; init; } = 64;

    public IEnumerable<OptionProblem> Problems()
    {
        if (DevPairs is < 0 or > 10_000)
            yield return new("watch.devPairs", DevPairs, "must be 0 to 10,000", "use 4, or 0 for no dev loss");
        if (Samples is < 0 or > 1_000)
            yield return new("watch.samples", Samples, "must be 0 to 1,000", "use 4, or 0 for none");
        if (SampleTokens < 1)
            yield return new("watch.sampleTokens", SampleTokens, "must be at least 1", "use 64");
    }
}
