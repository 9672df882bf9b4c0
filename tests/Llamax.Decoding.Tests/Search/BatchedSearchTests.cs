using Llamax.Decoding.Search;
using Llamax.Runs;

namespace Llamax.Decoding.Tests.Search;

public sealed class BatchedSearchTests
{
    private const int End = 0;

    /// <summary>
    /// 1 begins. Greedy takes 2 (0.6) and then must spread (END 0.4, 2 0.3, 3 0.3); 3 (0.4) is followed by END for sure.
    /// So 1·2·END has 0.24 and 1·3·END has 0.40.
    /// </summary>
    private static readonly TableEngine Trap = TableEngine.Bigram(
        [1, 0, 0, 0],
        [0, 0, 0.6, 0.4],
        [0.4, 0, 0.3, 0.3],
        [1, 0, 0, 0]);

    [Fact]
    public void Greedy_search_falls_into_the_trap_and_beam_search_does_not()
    {
        var greedy = Search(Trap, new() { Beams = 1 }, [1])[0];
        Assert.Equal([2], greedy[0].Tokens);
        Assert.Equal(Math.Log(0.24), greedy[0].LogProbability, 1e-6);

        var beam = Search(Trap, new() { Beams = 2, NBest = 2 }, [1])[0];
        Assert.Equal([3], beam[0].Tokens);
        Assert.Equal(Math.Log(0.4) / 2, beam[0].Score, 1e-6);
        Assert.Equal(End, beam[0].EndId);
    }

    [Fact]
    public void The_length_penalty_chooses_between_a_short_and_a_long_hypothesis()
    {
        // 1·END has log 0.3 over 1 token, 1·2·2·END has log 0.7·0.9·0.5 over more tokens.
        var engine = new TableEngine(3, sequence => sequence switch
        {
            [1] => [Math.Log(0.3), double.NegativeInfinity, Math.Log(0.7)],
            [1, 2] => [Math.Log(0.1), double.NegativeInfinity, Math.Log(0.9)],
            _ => [Math.Log(0.4), double.NegativeInfinity, Math.Log(0.6)],
        });
        Assert.Equal([], Search(engine, new() { Beams = 2, LengthPenalty = 0 }, [1])[0][0].Tokens);
        Assert.Equal(2, Search(engine, new() { Beams = 2, LengthPenalty = 2, MaxNewTokens = 3 }, [1])[0][0].Tokens.Length - 1);
    }

    [Fact]
    public void One_beam_is_greedy_search()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var engine = RandomEngine(seed);
            var options = new SearchOptions { Beams = 1, MaxNewTokens = 12 };
            foreach (var prompt in RandomPrompts(seed, 5))
            {
                var hypothesis = Search(engine, options, prompt)[0].Single();
                var expected = Greedy(engine, prompt, 12);
                Assert.Equal(expected, hypothesis.EndId is { } end ? [.. hypothesis.Tokens, end] : hypothesis.Tokens);
            }
        }
    }

    [Fact]
    public void Enough_beams_find_the_best_of_all_sequences()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var engine = RandomEngine(seed, vocabulary: 4);
            var options = new SearchOptions { Beams = 64, NBest = 5, EarlyStopping = EarlyStopping.Never, MaxNewTokens = 4 };
            var found = Search(engine, options, [1])[0];
            var all = AllSequences(engine, [1], [], 0, 4).OrderByDescending(x => x.Score).Take(5).ToList();
            Assert.Equal(all.Select(x => x.Tokens), found.Select(x => x.Tokens));
            Assert.All(all.Zip(found), pair => Assert.Equal(pair.First.Score, pair.Second.Score, 1e-5));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Neither_order_nor_batches_change_what_a_prompt_gets(int beams)
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var prompts = RandomPrompts(seed, 17);
            var options = new SearchOptions { Beams = beams, NBest = beams, MaxNewTokens = 10 };
            var alone = prompts.Select(prompt => Search(RandomEngine(seed), options, prompt)[0]).ToList();
            foreach (var batchTokens in new[] { 1, 200, 100_000 })
            {
                var order = new Draws((ulong)seed, "order").Permutation(prompts.Length, batchTokens);
                var results = Search(RandomEngine(seed), options with { BatchTokens = batchTokens }, [.. order.Select(i => prompts[i])]);
                for (var i = 0; i < order.Length; i++)
                    AssertEqual(alone[order[i]], results[i]);
            }
        }
    }

    [Fact]
    public void Hypotheses_are_sorted_distinct_and_within_the_limit_and_never_hold_an_end_token()
    {
        for (var seed = 0; seed < 20; seed++)
            foreach (var stopping in Enum.GetValues<EarlyStopping>())
            {
                var options = new SearchOptions { Beams = 4, NBest = 4, MaxNewTokens = 7, EarlyStopping = stopping };
                var results = new BatchedSearch(RandomEngine(seed), [End, 5], options).Run(Prompts(RandomPrompts(seed, 6)), null, Now);
                foreach (var hypotheses in results)
                {
                    Assert.Equal(hypotheses.OrderByDescending(h => h.Score), hypotheses);
                    Assert.Equal(hypotheses.Count, hypotheses.DistinctBy(h => string.Join(' ', [.. h.Tokens, h.EndId ?? -1])).Count());
                    Assert.All(hypotheses, h => Assert.InRange(h.Tokens.Length + (h.IsFinished ? 1 : 0), 1, 7));
                    Assert.All(hypotheses, h => Assert.DoesNotContain(h.Tokens, token => token is End or 5));
                }
            }
    }

    [Fact]
    public void Many_end_tokens_do_not_starve_the_beams()
    {
        // Eight end tokens share nearly everything; the one way on is 9, which twice two candidates would never show.
        var ends = Enumerable.Range(0, 8).ToArray();
        var engine = new TableEngine(10, _ => [.. ends.Select(id => 5.0 - (id * 0.01)), -20, 0]);
        var options = new SearchOptions { Beams = 2, NBest = 2, LengthPenalty = 4, EarlyStopping = EarlyStopping.Never, MaxNewTokens = 3 };
        var best = new BatchedSearch(engine, ends, options).Run([new([9])], null, Now)[0];
        Assert.Equal([[9, 9], [9, 9]], best.Select(h => h.Tokens));
        Assert.Equal([0, 1], best.Select(h => h.EndId!.Value));
    }

    [Fact]
    public void An_answer_may_be_limited_by_the_length_of_its_source()
    {
        var endless = TableEngine.Bigram([1, 1], [0, 1]);
        var options = new SearchOptions { Beams = 1, MaxNewTokensPerSourceToken = 1.5, MaxNewTokensExtra = 2 };
        var results = new BatchedSearch(endless, [End], options)
            .Run([new([1]) { SourceTokens = 3 }, new([1]), new([1]) { SourceTokens = 99 }], null, Now);
        Assert.Equal([7, 4, 63], results.Select(r => r[0].Tokens.Length));
        Assert.All(results, r => Assert.False(r[0].IsFinished));
    }

    [Fact]
    public void The_model_s_own_length_ends_an_answer_too()
    {
        var endless = new TableEngine(2, _ => [-9, 9], maxLength: 8);
        var results = Search(endless, new() { Beams = 1 }, [1, 1, 1], [1, 1, 1, 1, 1, 1, 1]);
        Assert.Equal([5, 1], results.Select(r => r[0].Tokens.Length));
        Assert.Equal([1, 1], endless.Batches.Order());
        Assert.Throws<ArgumentException>(() => Search(endless, new(), [1, 1, 1, 1, 1, 1, 1, 1]));
        Assert.Throws<ArgumentException>(() => Search(endless, new(), [[]]));
    }

    [Fact]
    public void Batches_hold_no_more_than_their_budget()
    {
        var engine = RandomEngine(3);
        Search(engine, new() { Beams = 2, MaxNewTokens = 5, BatchTokens = 100 }, [.. Enumerable.Repeat(new[] { 1, 2, 3, 4, 1 }, 12)]);
        Assert.Equal([6, 6], engine.Batches);
    }

    [Fact]
    public void A_sequence_of_n_tokens_is_not_repeated()
    {
        var engine = TableEngine.Bigram([1, 0, 0, 0], [0.01, 0.1, 1, 0.5], [0.01, 1, 0.1, 0.5], [0.01, 1, 0.5, 0.1]);
        foreach (var beams in new[] { 1, 3 })
        {
            var tokens = Search(engine, new() { Beams = beams, NoRepeatNgram = 2, MaxNewTokens = 9 }, [1])[0][0].Tokens;
            var pairs = tokens.Prepend(1).Zip(tokens).ToList();
            Assert.Equal(pairs.Count, pairs.Distinct().Count());
        }
    }

    [Fact]
    public void A_sentence_whose_every_token_is_forbidden_keeps_what_it_has()
    {
        var engine = TableEngine.Bigram([1, 1], [1, 1]);
        var options = new SearchOptions { Beams = 2, NBest = 2, NoRepeatNgram = 1 };
        var best = new BatchedSearch(engine, [], options).Run([new([1])], null, Now)[0];
        Assert.Equal([0], best.Single().Tokens);
        Assert.False(best[0].IsFinished);
    }

    [Fact]
    public void Finished_sentences_are_told_at_once_and_leave_the_batch()
    {
        var told = new List<int>();
        // The first token says how long the answer will be.
        var engine = new TableEngine(9, sequence => [.. Enumerable.Range(0, 9).Select(id =>
            id == (sequence.Count > sequence[0] ? End : 8) ? 9.0 : -9.0)]);
        new BatchedSearch(engine, [End], new() { Beams = 1 }).Run(Prompts([5], [2], [7], [1]), (index, _) => told.Add(index), Now);
        Assert.Equal([3, 1, 0, 2], told);
    }

    [Fact]
    public void Cancellation_stops_within_a_token()
    {
        using var source = new CancellationTokenSource();
        var steps = 0;
        var engine = new TableEngine(2, _ => [-9, 9])
        {
            OnAdvance = () =>
            {
                if (++steps == 3)
                    source.Cancel();
            },
        };
        Assert.Throws<OperationCanceledException>(() =>
            new BatchedSearch(engine, [End], new()).Run([new([1])], null, source.Token));
        Assert.Equal(3, steps);
    }

    [Fact]
    public void Wrong_options_are_all_named()
    {
        var wrong = new SearchOptions
        {
            Beams = 0,
            NBest = 3,
            LengthPenalty = double.NaN,
            EarlyStopping = (EarlyStopping)7,
            MaxNewTokens = 0,
            MaxNewTokensPerSourceToken = -1,
            MaxNewTokensExtra = -1,
            MinNewTokens = -1,
            RepetitionPenalty = 0,
            NoRepeatNgram = -1,
            BatchTokens = 0,
            BatchSentences = 0,
        };
        var failure = Assert.Throws<RequestException>(() => new BatchedSearch(Trap, [End], wrong));
        foreach (var option in typeof(SearchOptions).GetProperties().Select(p => p.Name).Except(["EqualityContract", "Sampling"]))
            Assert.Contains(char.ToLowerInvariant(option[0]) + option[1..] + " =", failure.Message, StringComparison.Ordinal);
        Assert.Empty(new SearchOptions().Problems());
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static IReadOnlyList<IReadOnlyList<Hypothesis>> Search(TableEngine engine, SearchOptions options, params int[][] prompts) =>
        new BatchedSearch(engine, [End], options).Run(Prompts(prompts), null, Now);

    private static SearchPrompt[] Prompts(params int[][] prompts) => [.. prompts.Select(tokens => new SearchPrompt(tokens))];

    /// <summary>Logits drawn for every (last two tokens, next token).</summary>
    private static TableEngine RandomEngine(int seed, int vocabulary = 8)
    {
        var draws = new Draws((ulong)seed, "trigrams");
        return new(vocabulary, sequence => [.. Enumerable.Range(0, vocabulary).Select(id =>
            draws.Normal(sequence[^1] + (vocabulary * (sequence.Count > 1 ? sequence[^2] : 0)), id))]);
    }

    private static int[][] RandomPrompts(int seed, int count)
    {
        var draws = new Draws((ulong)seed, "prompts");
        return [.. Enumerable.Range(0, count).Select(i =>
            Enumerable.Range(0, 1 + draws.Below(9, i)).Select(j => 1 + draws.Below(4, i, j + 1)).ToArray())];
    }

    private static List<int> Greedy(TableEngine engine, int[] prompt, int limit)
    {
        var tokens = new List<int>();
        while (tokens.Count < limit && (tokens.Count == 0 || tokens[^1] != End))
        {
            var scores = engine.LogProbabilities([.. prompt, .. tokens]);
            tokens.Add(Array.IndexOf(scores, scores.Max()));
        }

        return tokens;
    }

    private static IEnumerable<(int[] Tokens, double Score)> AllSequences(
        TableEngine engine, int[] prompt, int[] tokens, double sum, int limit)
    {
        var scores = engine.LogProbabilities([.. prompt, .. tokens]);
        for (var id = 0; id < scores.Length; id++)
        {
            var length = tokens.Length + 1;
            if (id == End)
                yield return (tokens, (sum + scores[id]) / length);
            else if (length == limit)
                yield return ([.. tokens, id], (sum + scores[id]) / length);
            else
                foreach (var longer in AllSequences(engine, prompt, [.. tokens, id], sum + scores[id], limit))
                    yield return longer;
        }
    }

    private static void AssertEqual(IReadOnlyList<Hypothesis> expected, IReadOnlyList<Hypothesis> actual)
    {
        Assert.Equal(expected.Select(h => h.Tokens), actual.Select(h => h.Tokens));
        Assert.Equal(expected.Select(h => h.Score), actual.Select(h => h.Score));
    }
}
