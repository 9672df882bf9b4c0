using Llamax.Decoding.Engines;
using Llamax.Decoding.Search;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Bench;

/// <summary>What the key/value cache and batching gain: beam search of 64 sentences against <see cref="RecomputingEngine"/>.</summary>
internal static class DecodingBench
{
    private const int Sentences = 64;
    private const int NewTokens = 24;

    private static readonly CausalConfig Config = new()
    {
        VocabularySize = 4096,
        HiddenSize = 192,
        IntermediateSize = 512,
        Layers = 4,
        Heads = 6,
        KeyValueHeads = 2,
        HeadSize = 32,
        MaxPositions = 256,
    };

    public static BenchReport Run(BenchOptions options)
    {
        TorchRuntime.SetThreads(1);
        using var model = new CausalModel(Config, ScalarType.Float32, CPU);
        model.Initialize(seed: 1);
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        var prompts = Prompts();
        // No end token, so that every answer has its full length and all searches do the same work.
        var search = new SearchOptions { MaxNewTokens = NewTokens };
        BatchedSearch Recomputing(int rows) => new(new RecomputingEngine(engine, rows), [], search with { BatchSentences = 1 });
        var (alone, beams, batched) = (Recomputing(rows: 1), Recomputing(search.Beams), new BatchedSearch(engine, [], search));
        var found = new IReadOnlyList<IReadOnlyList<Hypothesis>>[3];
        var times = Interleaved.Measure(
            options.Repeats,
            ("no cache, every hypothesis alone", () => found[0] = alone.Run(prompts)),
            ("no cache, the beams of a sentence together", () => found[1] = beams.Run(prompts)),
            ("key/value cache, batched", () => found[2] = batched.Run(prompts)));
        CheckEqual(found[0], found[1]);
        CheckEqual(found[0], found[2]);
        return new BenchReport(
            "decoding",
            FormattableString.Invariant(
                $"""
                Beam search (4 beams) of {Sentences} prompts of 20 to 79 tokens, {NewTokens} new tokens each, in fp32 on 1 thread:
                {Config.ParameterCount():N0} random weights, vocabulary {Config.VocabularySize}; {options.Repeats} interleaved rounds
                after one unmeasured. Without a cache every hypothesis is read again at every step. All find the same scores to 1e-3.
                """),
            [new($"{Sentences} sentences", times)]);
    }

    private static SearchPrompt[] Prompts()
    {
        var draws = new Draws(1, "bench prompts");
        return [.. Enumerable.Range(0, Sentences).Select(i => new SearchPrompt(
            [.. Enumerable.Range(0, 20 + draws.Below(60, i)).Select(j => draws.Below(Config.VocabularySize, i, j + 1))]))];
    }

    private static void CheckEqual(IReadOnlyList<IReadOnlyList<Hypothesis>> one, IReadOnlyList<IReadOnlyList<Hypothesis>> other)
    {
        for (var i = 0; i < one.Count; i++)
            if (!(Math.Abs(one[i][0].Score - other[i][0].Score) < 1e-3))
                throw new InvalidOperationException($"Sentence {i}: the two searches differ: {one[i][0].Score} and {other[i][0].Score}.");
    }
}
