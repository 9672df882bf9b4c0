using Llamax.Decoding.Engines;

namespace Llamax.Decoding.Tests.Search;

/// <summary>An engine whose memory holds a number of rows; with more, a step fails.</summary>
internal sealed class TightEngine(TableEngine inner, int rows, Exception failure) : IDecoderEngine
{
    public int Failures { get; private set; }

    public int VocabularySize => inner.VocabularySize;

    public int MaxLength => inner.MaxLength;

    public IDecoderSession Open() => new Session(this, inner.Open());

    public void Dispose()
    {
    }

    private void Check(int wanted)
    {
        if (wanted <= rows)
            return;
        Failures++;
        throw failure;
    }

    private sealed class Session(TightEngine engine, IDecoderSession inner) : IDecoderSession
    {
        public int Rows => inner.Rows;

        public void Prefill(IReadOnlyList<int[]> prompts, int maxNewTokens, int? mostRows = null) => inner.Prefill(prompts, maxNewTokens, mostRows);

        public void Advance(ReadOnlySpan<int> parents, ReadOnlySpan<int> tokens)
        {
            engine.Check(parents.Length);
            inner.Advance(parents, tokens);
        }

        public void TopK(int k, Span<int> ids, Span<float> logProbabilities) => inner.TopK(k, ids, logProbabilities);

        public void LogProbabilities(int row, Span<float> destination) => inner.LogProbabilities(row, destination);

        public void Logits(int row, Span<float> destination) => inner.Logits(row, destination);

        public void Dispose() => inner.Dispose();
    }
}
