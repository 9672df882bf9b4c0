using Llamax.Decoding.Engines;

namespace Llamax.Bench;

/// <summary>
/// The search of a textbook: every hypothesis is a batch of its own and is read again from its first token at every step. The
/// baseline against which the key/value cache and batching are measured.
/// </summary>
/// <param name="inner">Computes; stays the caller's.</param>
internal sealed class RecomputingEngine(IDecoderEngine inner) : IDecoderEngine
{
    public int VocabularySize => inner.VocabularySize;

    public int MaxLength => inner.MaxLength;

    public IDecoderSession Open() => new Session(inner);

    public void Dispose()
    {
    }

    private sealed class Session(IDecoderEngine inner) : IDecoderSession
    {
        private readonly List<(int[] Tokens, IDecoderSession Read)> _rows = [];

        public int Rows => _rows.Count;

        public void Prefill(IReadOnlyList<int[]> prompts, int maxNewTokens) => Read(prompts);

        public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
        {
            var sequences = new List<int[]>();
            for (var row = 0; row < parents.Length; row++)
                sequences.Add([.. _rows[parents[row]].Tokens, tokens[row]]);
            Read(sequences);
        }

        public void TopK(int k, Span<int> ids, Span<float> logProbabilities)
        {
            for (var row = 0; row < Rows; row++)
                _rows[row].Read.TopK(k, ids.Slice(row * k, k), logProbabilities.Slice(row * k, k));
        }

        public void LogProbabilities(int row, Span<float> destination) => _rows[row].Read.LogProbabilities(0, destination);

        public void Logits(int row, Span<float> destination) => _rows[row].Read.Logits(0, destination);

        public void Dispose() => Read([]);

        private void Read(IReadOnlyList<int[]> sequences)
        {
            foreach (var (_, read) in _rows)
                read.Dispose();
            _rows.Clear();
            foreach (var tokens in sequences)
            {
                var read = inner.Open();
                _rows.Add((tokens, read));
                read.Prefill([tokens], 1);
            }
        }
    }
}
