using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;
using static TorchSharp.torch;

namespace Llamax.Bench.Engines;

/// <summary>What it gains that the hypotheses of a sentence share its prompt, and that all prompts share their beginning.</summary>
internal sealed class SharedPrefix
{
    public const int PromptTokens = 200;
    private const int Sentences = 8;
    private const int Beams = 4;
    private const int StepsPerRound = 8;
    private const int Preamble = 150;

    private readonly int[][] _prompts;
    private readonly int[][] _repeated;
    private readonly int[] _forks = [.. Enumerable.Range(0, Sentences * Beams).Select(row => row / Beams)];
    private readonly int[] _tokens = [.. Enumerable.Range(0, Sentences * Beams).Select(row => 100 + row)];

    public SharedPrefix(EngineModels models)
    {
        _prompts = Prompts(common: 0);
        _repeated = [.. _forks.Select(sentence => _prompts[sentence])];
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        using var shared = models.Int8.NewCache();
        using var apart = models.Int8.NewCache();
        Begin(models.Int8, shared, isShared: true, 57);
        Begin(models.Int8, apart, isShared: false, 57);
        CacheRatio = shared.Bytes / (double)apart.Bytes;
    }

    /// <summary>Bytes of the cache with shared prompts / with a prompt per hypothesis, room for the first 32 new tokens included.</summary>
    public double CacheRatio { get; }

    /// <summary>Decoding steps of 8 × 4 hypotheses behind prompts of 200 tokens.</summary>
    public BenchCase Steps(string type, CausalModel model, int repeats)
    {
        TorchRuntime.SetThreads(1);
        var most = 1 + (StepsPerRound * (repeats + 1));
        using var shared = model.NewCache();
        using var apart = model.NewCache();
        Begin(model, shared, isShared: true, most);
        Begin(model, apart, isShared: false, most);
        return new($"{StepsPerRound} steps of 8 x 4 behind {PromptTokens} tokens, {type}", Interleaved.Measure(
            repeats,
            ("a prompt per hypothesis", () => Advance(model, apart)),
            ("a prompt per sentence", () => Advance(model, shared))));
    }

    /// <summary>Prompts read and decoded, where they differ in the last 50 of 200 tokens.</summary>
    public BenchCase Whole(string type, CausalModel model, int repeats)
    {
        TorchRuntime.SetThreads(1);
        var prompts = Prompts(Preamble);
        void Run(int[][] given, int[] parents)
        {
            using var cache = model.NewCache();
            using var scope = NewDisposeScope();
            model.Prefill(given, StepsPerRound, cache);
            cache.Select(parents);
            Advance(model, cache);
        }

        // Prompts that begin differently have nothing that could be read once.
        int[][] unlike = [.. prompts.Select((prompt, i) => (int[])[200 + i, .. prompt[1..]])];
        int[] own = [.. Enumerable.Range(0, _forks.Length)];
        return new($"reading 8 prompts alike in {Preamble} of {PromptTokens} tokens and {StepsPerRound} steps of 8 x 4, {type}", Interleaved.Measure(
            repeats,
            ("a prompt per hypothesis", () => Run([.. _forks.Select(sentence => unlike[sentence])], own)),
            ("a prompt per sentence", () => Run(unlike, _forks)),
            ("and the common beginning once", () => Run(prompts, _forks))));
    }

    private void Begin(CausalModel model, KeyValueCache cache, bool isShared, int mostNewTokens)
    {
        using var scope = NewDisposeScope();
        model.Prefill(isShared ? _prompts : _repeated, mostNewTokens, cache);
        if (isShared)
            cache.Select(_forks);
        model.Step(_tokens, cache);
    }

    private void Advance(CausalModel model, KeyValueCache cache)
    {
        for (var step = 0; step < StepsPerRound; step++)
        {
            using var scope = NewDisposeScope();
            model.Project(model.Step(_tokens, cache));
        }
    }

    private static int[][] Prompts(int common)
    {
        var draws = new Draws(2, "bench prefix");
        return [.. Enumerable.Range(0, Sentences).Select(i => (int[])
            [.. Enumerable.Range(0, PromptTokens).Select(j => draws.Below(EngineModels.Config.VocabularySize, j < common ? 0 : i, j))])];
    }
}
