using System.Globalization;
using Llamax.Decoding.Engines;
using Llamax.Decoding.Search;
using Llamax.Models.Causal;
using Llamax.Models.Native;
using Llamax.Runs;

namespace Llamax.Bench.Engines;

/// <summary>
/// Every engine under the same search, against llama.cpp and against what memory allows: one hypothesis, 8 sentences of 4 hypotheses, a
/// prompt shared by its hypotheses, and many sentences together.
/// </summary>
internal static class EnginesBench
{
    private const int NewTokens = 16;

    public static BenchReport Run(BenchOptions options)
    {
        TorchRuntime.KeepFreedMemory();
        using var models = new EngineModels();
        var cases = new List<BenchCase>();
        void Add(BenchCase measured)
        {
            cases.Add(measured);
            var seconds = measured.Times.Select(
                times => string.Create(CultureInfo.InvariantCulture, $"{times.Name} {BenchTimes.Median(times.Cpu):F3}"));
            Console.Error.WriteLine($"{measured.Name}, CPU seconds: {string.Join("; ", seconds)}");
        }

        Add(Bandwidth(models, options.Repeats));
        foreach (var threads in new[] { 1, options.Threads }.Distinct())
        {
            Add(Peers($"1 hypothesis, threads: {threads}", models, Prompts(1, 16, 16), 1, threads, options.Repeats));
            Add(Peers($"8 sentences x 4 beams, threads: {threads}", models, Prompts(8, 16, 16), 4, threads, options.Repeats));
        }

        Add(Overhead("what our search adds to llama.cpp, 1 hypothesis", models, rows: 1, options.Repeats));
        Add(Overhead("what our search adds to llama.cpp, 32 hypotheses", models, rows: 32, options.Repeats));
        var shared = new SharedPrefix(models);
        Add(shared.Steps("float32", models.Float32, options.Repeats));
        Add(shared.Steps("int8", models.Int8, options.Repeats));
        Add(shared.Whole("int8", models.Int8, options.Repeats));
        Add(Together("float32", models.Float32, options.Repeats));
        Add(Together("int8", models.Int8, options.Repeats));
        return new BenchReport(
            "engines",
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                LLaMA of {EngineModels.Config.ParameterCount():N0} random weights (width {EngineModels.Config.HiddenSize},
                {EngineModels.Config.Layers} layers, vocabulary {EngineModels.Config.VocabularySize}); a round is {NewTokens} new tokens,
                reading prompts of 16 tokens included and 1 thread unless said otherwise; {options.Repeats} interleaved rounds after one unmeasured. llama.cpp is LLamaSharp's build, with its float16 cache. With shared prompts the cache of 8 x 4
                hypotheses behind {SharedPrefix.PromptTokens} tokens has {shared.CacheRatio:F2} times the bytes of a prompt per hypothesis.
                """),
            cases);
    }

    // Every weight of a product is read once per token: no engine can be faster than reading them.
    private static BenchCase Bandwidth(EngineModels models, int repeats)
    {
        TorchRuntime.SetThreads(1);
        var weights = new MemoryReader(models.Float32);
        using var engine = new TorchDecoderEngine(models.Float32, ownsModel: false);
        var search = Search(engine, 1);
        var prompt = Prompts(1, 1, 1);
        return new("1 hypothesis, float32, against reading its weights", Interleaved.Measure(
            repeats,
            ("reading the weights once per token", () => weights.Read(NewTokens)),
            ("torch engine, float32, greedy", () => search.Run(prompt))));
    }

    private static BenchCase Peers(string name, EngineModels models, SearchPrompt[] prompts, int beams, int threads, int repeats)
    {
        TorchRuntime.SetThreads(threads);
        using var q8 = models.LlamaCpp("q8_0", threads);
        using var q4 = models.LlamaCpp("q4_k_m", threads);
        using var whole = new TorchDecoderEngine(models.Float32, ownsModel: false);
        using var rounded = new TorchDecoderEngine(models.Int8, ownsModel: false);
        (string, Action) Candidate(string engineName, IDecoderEngine engine)
        {
            var search = Search(engine, beams);
            return (engineName, () => search.Run(prompts));
        }

        return new(name, Interleaved.Measure(
            repeats, Candidate("llama.cpp q8_0", q8), Candidate("llama.cpp q4_k_m", q4), Candidate("torch engine, float32", whole),
            Candidate("torch engine, int8", rounded)));
    }

    private static BenchCase Overhead(string name, EngineModels models, int rows, int repeats)
    {
        using var engine = models.LlamaCpp("q8_0", 1);
        using var alone = new LlamaCppAlone(models.Gguf("q8_0"), rows, NewTokens);
        var (sentences, beams) = rows == 1 ? (1, 1) : (rows / 4, 4);
        var prompts = Prompts(sentences, 16, 16);
        var search = Search(engine, beams);
        return new(name, Interleaved.Measure(
            repeats,
            ("llama.cpp's decode alone", () => alone.Run([.. prompts.Select(prompt => prompt.Tokens)])),
            ("our search", () => search.Run(prompts))));
    }

    // As users have it: an instruction of 52 tokens before every sentence, which all of them share, and five tokens behind it.
    private static BenchCase Together(string type, CausalModel model, int repeats)
    {
        const int Before = 52, Behind = 5;
        TorchRuntime.SetThreads(1);
        using var engine = new TorchDecoderEngine(model, ownsModel: false);
        SearchPrompt[] prompts = [.. Prompts(64, 8, 64).Select(sentence => new SearchPrompt(
            [.. Enumerable.Range(100, Before), .. sentence.Tokens, .. Enumerable.Range(100, Behind)]))];
        var alone = Search(engine, 4, 1);
        int[] sizes = [8, 16, 64];
        return new($"64 sentences of 8 to 64 tokens in LLaMAX's prompt, 4 beams, {type}", Interleaved.Measure(
            Math.Min(repeats, 2),
            [
                ("one sentence after another", () => alone.Run(prompts)),
                .. sizes.Select(sentences =>
                {
                    var search = Search(engine, 4, sentences);
                    return ($"{sentences} together", (Action)(() => search.Run(prompts)));
                }),
            ]));
    }

    // No end token, so that every answer has its full length and all engines do the same work.
    private static BatchedSearch Search(IDecoderEngine engine, int beams, int sentences = 64) => new(
        engine, [], new() { Beams = beams, MaxNewTokens = NewTokens, BatchSentences = sentences });

    private static SearchPrompt[] Prompts(int count, int shortest, int longest)
    {
        var draws = new Draws(1, "bench prompts");
        int[] Tokens(int i) => [.. Enumerable.Range(0, shortest + draws.Below(longest - shortest + 1, i))
            .Select(j => draws.Below(EngineModels.Config.VocabularySize, i, j + 1))];
        return [.. Enumerable.Range(0, count).Select(i => new SearchPrompt(Tokens(i)))];
    }
}
