using System.Runtime.InteropServices;
using System.Text;
using Llamax.Decoding.Search;
using Llamax.Runs;
using Llamax.Testing;
using Llamax.Text.Languages;
using Llamax.Text.Tokenization;

namespace Llamax.Decoding.Tests.Search;

public sealed class ConstraintTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void A_forced_beginning_begins_every_answer_and_counts_as_certain(int beams)
    {
        var engine = RandomEngine(1);
        var prompt = new SearchPrompt([1]) { Forced = [5, 6] };
        var options = new SearchOptions { Beams = beams, NBest = beams, MaxNewTokens = 6, LengthPenalty = 0 };
        foreach (var hypothesis in Run(engine, options, prompt))
        {
            Assert.Equal([5, 6], hypothesis.Tokens[..2]);
            var (sum, said) = (0.0, new List<int> { 1, 5, 6 });
            foreach (var token in hypothesis.EndId is { } end ? [.. hypothesis.Tokens[2..], end] : hypothesis.Tokens[2..])
            {
                sum += engine.LogProbabilities(said)[token];
                said.Add(token);
            }

            Assert.Equal(sum, hypothesis.LogProbability, 1e-4);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void No_answer_ends_before_its_least_length(int beams)
    {
        var engine = new TableEngine(6, _ => [9, 0, 1, 0, 1, 0]);
        var options = new SearchOptions { Beams = beams, NBest = beams, MinNewTokens = 4, MaxNewTokens = 9 };
        Assert.All(Run(engine, options, new SearchPrompt([1])), h => Assert.Equal((4, 0), (h.Tokens.Length, h.EndId)));
    }

    [Fact]
    public void A_stop_rule_ends_an_answer_like_an_end_token_and_its_last_token_stays()
    {
        var engine = TableEngine.Bigram([1, 0, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0.1, 0.9, 0, 0]);
        foreach (var beams in new[] { 1, 2 })
        {
            var search = new BatchedSearch(engine, [0], new() { Beams = beams }, answer => answer.EndsWith([2, 3]));
            var best = search.Run([new([1])], null, Now)[0][0];
            Assert.Equal([2, 3], best.Tokens);
            Assert.True(best is { IsStopped: true, IsFinished: true, EndId: null });
        }
    }

    [Fact]
    public void Phrases_are_said_whatever_the_model_thinks_of_them()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var engine = RandomEngine(seed);
            var prompt = new SearchPrompt([1]) { Phrases = [[[6, 7, 3]], [[4, 4], [5, 2, 5]]] };
            foreach (var beams in new[] { 2, 4, 8 })
            {
                var best = Run(engine, new() { Beams = beams, MaxNewTokens = 20 }, prompt)[0];
                Assert.True(best.Tokens.AsSpan().IndexOf([6, 7, 3]) >= 0, $"seed {seed}: {string.Join(' ', best.Tokens)}");
                Assert.True(best.Tokens.AsSpan().IndexOf([4, 4]) >= 0 || best.Tokens.AsSpan().IndexOf([5, 2, 5]) >= 0);
            }
        }
    }

    [Fact]
    public void A_phrase_that_the_model_says_anyway_changes_nothing()
    {
        var engine = RandomEngine(3);
        var options = new SearchOptions { Beams = 8, MaxNewTokens = 8, EarlyStopping = EarlyStopping.WhenFull };
        var free = Run(engine, options, new SearchPrompt([1]))[0];
        var bound = Run(engine, options, new SearchPrompt([1]) { Phrases = [[free.Tokens[..1]]] })[0];
        Assert.Equal(free.LogProbability, bound.LogProbability, 0.5);
    }

    [Fact]
    public void Phrases_need_beams()
    {
        var prompt = new SearchPrompt([1]) { Phrases = [[[3]]] };
        Assert.Throws<ArgumentException>(() => Run(RandomEngine(1), new() { Beams = 1 }, prompt));
    }

    [Theory]
    [InlineData("Cyrl", "Да, 5 км! 😀", "Da")]
    [InlineData("Hant", "這個國家 2", "这")]
    [InlineData("Hans", "这个国家", "這")]
    [InlineData("Jpan", "日本のカナ", "한")]
    [InlineData("Deva", "नमस्ते।", "Р")]
    public void Byte_tokens_may_spell_a_script_and_nothing_else(string script, string inside, string outside)
    {
        var tokenizer = new ByteTokenizer();
        var rule = new ScriptRule(tokenizer, script);
        Assert.True(IsAllowed(rule, tokenizer.Encode(inside)));
        Assert.False(IsAllowed(rule, tokenizer.Encode(outside)));
        Assert.False(IsAllowed(rule, [.. tokenizer.Encode(inside), .. tokenizer.Encode(outside)]));

        // Half a character may not be followed by a letter, by another beginning or by the end.
        var bytes = Encoding.UTF8.GetBytes(inside);
        var half = bytes[..(Array.FindIndex(bytes, b => b >= 0xC0) + 1)];
        Assert.False(IsAllowed(rule, [.. half.Select(b => (int)b), ' ']));
        Assert.False(IsAllowed(rule, [.. half.Select(b => (int)b), half[^1]]));
        Assert.False(IsAllowed(rule, [.. half.Select(b => (int)b), ByteTokenizer.End]));
        Assert.True(IsAllowed(rule, [.. bytes.Select(b => (int)b), ByteTokenizer.End]));
    }

    [Fact]
    public void With_a_real_vocabulary_random_answers_stay_in_their_script()
    {
        var tokenizer = TokenizerFile.Load(Goldens.DataPath("llama2-tokenizer"));
        foreach (var language in new[] { "sr", "zhtrad", "el", "en" }.Select(LanguageRegistry.Find))
        {
            var draws = new Draws(7, language.Code);
            // The draws spread over all tokens, bytes among them more than a model's would.
            var engine = new TableEngine(tokenizer.VocabularySize, sequence => [.. Enumerable.Range(0, tokenizer.VocabularySize)
                .Select(id => (id < 260 ? 4 : 0) + (3 * draws.Normal(sequence.Count, id)))]);
            var options = new SearchOptions { Beams = 3, NBest = 3, MaxNewTokens = 12 };
            var prompt = new SearchPrompt([1]) { Rules = [new ScriptRule(tokenizer, language.Script)] };
            foreach (var hypothesis in new BatchedSearch(engine, [2], options).Run([prompt], null, Now)[0])
            {
                var text = tokenizer.Decode(hypothesis.Tokens);
                Assert.All(text.EnumerateRunes().Where(rune => rune.Value != 0xFFFD || hypothesis.IsFinished), rune =>
                    Assert.True(ScriptDetector.MayStandIn(rune, language.Script), $"{language}: {text}"));
            }
        }
    }

    [Fact]
    public void A_stop_text_is_found_across_tokens_and_ids_beyond_the_vocabulary()
    {
        var rule = new StopTexts(new ByteTokenizer(), ["##", "\n"]).Rule!;
        Assert.False(rule(['a', '#']));
        Assert.True(rule(['a', '#', '#']));
        Assert.True(rule(['a', 999, '#', '#']));
        Assert.True(rule(['\n']));
        Assert.Null(new StopTexts(new ByteTokenizer(), []).Rule);
    }

    [Fact]
    public void A_batch_that_memory_does_not_hold_is_halved_and_the_answers_stay()
    {
        var prompts = Enumerable.Range(1, 9).Select(i => new SearchPrompt([.. Enumerable.Repeat(1, i)])).ToArray();
        var options = new SearchOptions { Beams = 2, MaxNewTokens = 5 };
        var expected = new BatchedSearch(RandomEngine(2), [0], options).Run(prompts, null, Now);
        foreach (var failure in new Exception[] { new InsufficientMemoryException(), new NativeFailure("CUDA out of memory. Tried") })
        {
            var engine = new TightEngine(RandomEngine(2), rows: 6, failure);
            var finished = 0;
            var actual = new BatchedSearch(engine, [0], options).Run(prompts, (_, _) => finished++, Now);
            Assert.Equal(expected.Select(h => h[0].Tokens), actual.Select(h => h[0].Tokens));
            Assert.Equal(9, finished);
            Assert.True(engine.Failures is >= 1 and < 4, $"{engine.Failures} batches failed");
        }

        var refusal = Assert.Throws<RequestException>(() => new BatchedSearch(
            new TightEngine(RandomEngine(2), rows: 1, new InsufficientMemoryException()), [0], options).Run(prompts, null, Now));
        Assert.Contains("memory does not suffice for one sentence", refusal.Message, StringComparison.Ordinal);
        Assert.Throws<NativeFailure>(() => new BatchedSearch(
            new TightEngine(RandomEngine(2), rows: 1, new NativeFailure("a bug")), [0], options).Run(prompts, null, Now));
    }

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static bool IsAllowed(ScriptRule rule, int[] tokens)
    {
        for (var i = 0; i < tokens.Length; i++)
        {
            var scores = new float[ByteTokenizer.Size];
            rule.Apply(tokens.AsSpan(0, i), scores);
            if (float.IsNegativeInfinity(scores[tokens[i]]))
                return false;
        }

        return true;
    }

    private static IReadOnlyList<Hypothesis> Run(TableEngine engine, SearchOptions options, SearchPrompt prompt) =>
        new BatchedSearch(engine, [0], options).Run([prompt], null, Now)[0];

    private static TableEngine RandomEngine(int seed)
    {
        var draws = new Draws((ulong)seed, "bigrams");
        return new(8, sequence => [.. Enumerable.Range(0, 8).Select(id => draws.Normal(sequence[^1] + (100 * sequence.Count), id))]);
    }

    /// <summary>As libtorch's failures come through TorchSharp.</summary>
    private sealed class NativeFailure(string message) : ExternalException(message);
}
