using Llamax.Decoding.Search;
using Llamax.Runs;

namespace Llamax.Decoding.Tests.Search;

public sealed class SamplingTests
{
    private static readonly float[] Scores = [.. new[] { 0.4, 0.3, 0.15, 0.1, 0.05 }.Select(p => (float)Math.Log(p))];

    [Theory]
    [InlineData(1, 0, 1, 0, new[] { 0.4, 0.3, 0.15, 0.1, 0.05 })]
    [InlineData(0.5, 0, 1, 0, new[] { 0.16, 0.09, 0.0225, 0.01, 0.0025 })]
    [InlineData(1, 2, 1, 0, new[] { 0.4, 0.3, 0, 0, 0 })]
    [InlineData(1, 0, 0.72, 0, new[] { 0.4, 0.3, 0.15, 0, 0 })]
    [InlineData(1, 0, 0.1, 0, new[] { 0.4, 0, 0, 0, 0 })]
    [InlineData(1, 0, 1, 0.3, new[] { 0.4, 0.3, 0.15, 0, 0 })]
    [InlineData(1, 3, 0.8, 0.5, new[] { 0.4, 0.3, 0, 0, 0 })]
    public void Filters_leave_what_hugging_face_s_leave(double temperature, int topK, double topP, double minP, double[] expected)
    {
        var sampler = new Sampler(new() { Temperature = temperature, TopK = topK, TopP = topP, MinP = minP });
        var counts = new double[5];
        const int draws = 20_000;
        for (var i = 0; i < draws; i++)
            counts[sampler.Draw(Scores, (i + 0.5) / draws)] += 1.0 / draws;
        for (var id = 0; id < 5; id++)
            Assert.Equal(expected[id] / expected.Sum(), counts[id], 1e-3);
    }

    [Fact]
    public void Tokens_that_tie_with_the_last_of_the_top_k_stay()
    {
        var sampler = new Sampler(new() { TopK = 1 });
        Assert.Equal([0, 1], new[] { 0.1, 0.9 }.Select(uniform => sampler.Draw([1, 1, 0], uniform)));
    }

    [Fact]
    public void Forbidden_tokens_are_never_drawn_and_nothing_at_all_is_minus_one()
    {
        var sampler = new Sampler(new());
        for (var i = 0; i < 100; i++)
            Assert.Equal(1, sampler.Draw([float.NegativeInfinity, -3, float.NegativeInfinity], i / 100.0));
        Assert.Equal(-1, sampler.Draw([float.NegativeInfinity], 0.5));
    }

    [Fact]
    public void Samples_are_the_same_alone_in_batches_and_in_any_order_and_differ_by_seed()
    {
        var prompts = Enumerable.Range(1, 12).Select(i => new SearchPrompt([1, i % 7, i])).ToArray();
        var options = new SearchOptions { Beams = 1, NBest = 5, MaxNewTokens = 10, Sampling = new() { Seed = 3, TopP = 0.9 } };
        var alone = prompts.Select(prompt => Texts(options, prompt)[0]).ToList();
        foreach (var batchTokens in new[] { 1, 300, 100_000 })
        {
            var order = new Draws(1, "order").Permutation(prompts.Length, batchTokens);
            var together = Texts(options with { BatchTokens = batchTokens }, [.. order.Select(i => prompts[i])]);
            Assert.Equal(order.Select(i => alone[i]), together);
        }

        Assert.NotEqual(alone, Texts(options with { Sampling = new() { Seed = 4, TopP = 0.9 } }, prompts));
        Assert.All(alone, text => Assert.InRange(text.Split('|').Distinct().Count(), 2, 5));
    }

    [Fact]
    public void Samples_come_best_first_with_the_unfiltered_log_probability()
    {
        var engine = Engine();
        var options = new SearchOptions { Beams = 1, NBest = 8, MaxNewTokens = 6, Sampling = new() { Temperature = 3, TopK = 5 } };
        var samples = new BatchedSearch(engine, [0], options).Run([new([1, 2])], null, TestContext.Current.CancellationToken)[0];
        Assert.Equal(8, samples.Count);
        Assert.Equal(samples.OrderByDescending(s => s.Score), samples);
        foreach (var sample in samples)
        {
            var (sum, said) = (0.0, new List<int> { 1, 2 });
            foreach (var token in sample.EndId is { } end ? [.. sample.Tokens, end] : sample.Tokens)
            {
                sum += engine.LogProbabilities(said)[token];
                said.Add(token);
            }

            Assert.Equal(sum, sample.LogProbability, 1e-4);
        }
    }

    [Fact]
    public void Wrong_options_of_sampling_are_all_named()
    {
        var wrong = new SearchOptions { Beams = 2, NBest = 2000, Sampling = new() { Temperature = 0, TopK = -1, TopP = 0, MinP = 2 } };
        var failure = Assert.Throws<RequestException>(() => new BatchedSearch(Engine(), [0], wrong));
        foreach (var option in new[] { "beams", "nBest", "sampling.temperature", "sampling.topK", "sampling.topP", "sampling.minP" })
            Assert.Contains($"{option} =", failure.Message, StringComparison.Ordinal);
    }

    private static TableEngine Engine()
    {
        var draws = new Draws(5, "table");
        return new(13, sequence => [.. Enumerable.Range(0, 13).Select(id => 2 * draws.Normal(sequence[^1] + (13 * sequence[^2]), id))]);
    }

    private static List<string> Texts(SearchOptions options, params SearchPrompt[] prompts) =>
        [.. new BatchedSearch(Engine(), [0], options).Run(prompts, null, TestContext.Current.CancellationToken)
            .Select(samples => string.Join('|', samples.Select(sample => string.Join(' ', sample.Tokens))))];
}
