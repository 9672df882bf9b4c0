using Llamax.Decoding.Engines;

namespace Llamax.Bench;

/// <summary>
/// The search of a textbook: every hypothesis is read again from its first token at every step. The baseline against which the
/// key/value cache and batching are measured.
/// </summary>
/// <param name="inner">Computes; stays the caller's.</param>
/// <param name="rowsTogether">Hypotheses that go through the model in one batch.</param>
internal sealed class RecomputingEngine(IDecoderEngine inner, int rowsTogether) : IDecoderEngine
{
    public int VocabularySize => inner.VocabularySize;

    public int MaxLength => inner.MaxLength;

    public IDecoderSession Open() => new Session(inner, rowsTogether);

    public void Dispose()
    {
    }

    private sealed class Session(IDecoderEngine inner, int rowsTogether) : IDecoderSession
    {
        private readonly List<IDecoderSession> _reads = [];
        private IReadOnlyList<int[]> _sequences = [];

        public int Rows => _sequences.Count;

        public void Prefill(IReadOnlyList<int[]> prompts, int maxNewTokens, int? mostRows = null) => Read(prompts);

        public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
        {
            var sequences = new List<int[]>();
            for (var row = 0; row < parents.Length; row++)
                sequences.Add([.. _sequences[parents[row]], tokens[row]]);
            Read(sequences);
        }

        public void TopK(int k, Span<int> ids, Span<float> logProbabilities)
        {
            var first = 0;
            foreach (var read in _reads)
            {
                read.TopK(k, ids.Slice(first * k, read.Rows * k), logProbabilities.Slice(first * k, read.Rows * k));
                first += read.Rows;
            }
        }

        public void LogProbabilities(int row, Span<float> destination) =>
            _reads[row / rowsTogether].LogProbabilities(row % rowsTogether, destination);

        public void Logits(int row, Span<float> destination) => _reads[row / rowsTogether].Logits(row % rowsTogether, destination);

        public void Dispose() => Read([]);

        private void Read(IReadOnlyList<int[]> sequences)
        {
            foreach (var read in _reads)
                read.Dispose();
            _reads.Clear();
            foreach (var together in sequences.Chunk(rowsTogether))
            {
                _reads.Add(inner.Open());
                _reads[^1].Prefill(together, 0);
            }

            _sequences = sequences;
        }
    }
}
