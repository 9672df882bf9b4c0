using Llamax.Decoding.Engines;

namespace Llamax.Decoding.Tests.Search;

/// <summary>A "model" whose next-token distribution is a plain function of the tokens so far.</summary>
/// <param name="vocabulary">Number of tokens.</param>
/// <param name="next">Unnormalised logits of the next token, given the whole sequence.</param>
/// <param name="maxLength">Longest sequence.</param>
internal sealed class TableEngine(int vocabulary, Func<IReadOnlyList<int>, double[]> next, int maxLength = 64) : IDecoderEngine
{
    /// <summary>The next token depends on the last alone: <paramref name="probabilities"/>[last] need not sum to one.</summary>
    public static TableEngine Bigram(params double[][] probabilities) =>
        new(probabilities.Length, sequence => [.. probabilities[sequence[^1]].Select(p => Math.Log(p))]);

    public int VocabularySize => vocabulary;

    public int MaxLength => maxLength;

    /// <summary>Rows of every batch that was opened, for tests of batching.</summary>
    public List<int> Batches { get; } = [];

    /// <summary>Called before every step.</summary>
    public Action? OnAdvance { get; init; }

    public IDecoderSession Open() => new Session(this, next);

    public double[] LogProbabilities(IReadOnlyList<int> sequence)
    {
        var logits = next(sequence);
        var highest = logits.Max();
        var normalizer = highest + Math.Log(logits.Sum(logit => Math.Exp(logit - highest)));
        return [.. logits.Select(logit => logit - normalizer)];
    }

    public void Dispose()
    {
    }

    private sealed class Session(TableEngine engine, Func<IReadOnlyList<int>, double[]> next) : IDecoderSession
    {
        private List<int[]> _rows = [];
        private int _advancesLeft;

        public int Rows => _rows.Count;

        public void Prefill(IReadOnlyList<int[]> prompts, int maxNewTokens, int? mostRows = null)
        {
            Assert.True(prompts.Max(prompt => prompt.Length) + maxNewTokens <= engine.MaxLength);
            _rows = [.. prompts];
            _advancesLeft = maxNewTokens;
            engine.Batches.Add(prompts.Count);
        }

        public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
        {
            engine.OnAdvance?.Invoke();
            Assert.True(_advancesLeft-- > 0, "more steps than promised");
            var rows = new List<int[]>();
            for (var i = 0; i < parents.Length; i++)
                rows.Add([.. _rows[parents[i]], tokens[i]]);
            _rows = rows;
        }

        public void TopK(int k, Span<int> ids, Span<float> logProbabilities)
        {
            for (var row = 0; row < Rows; row++)
            {
                var all = engine.LogProbabilities(_rows[row]);
                var best = Enumerable.Range(0, all.Length).OrderByDescending(id => (float)all[id]).Take(k).ToArray();
                for (var i = 0; i < k; i++)
                    (ids[(row * k) + i], logProbabilities[(row * k) + i]) = (best[i], (float)all[best[i]]);
            }
        }

        public void LogProbabilities(int row, Span<float> destination) => Copy(engine.LogProbabilities(_rows[row]), destination);

        public void Logits(int row, Span<float> destination) => Copy(next(_rows[row]), destination);

        public void Dispose()
        {
        }

        private static void Copy(double[] from, Span<float> to)
        {
            for (var i = 0; i < from.Length; i++)
                to[i] = (float)from[i];
        }
    }
}
