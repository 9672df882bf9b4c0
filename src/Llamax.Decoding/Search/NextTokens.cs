using System.Runtime.InteropServices;
using Llamax.Decoding.Engines;

namespace Llamax.Decoding.Search;

/// <summary>
/// The best next tokens of every live row. The engine ranks them itself where nothing interferes; penalties need the whole
/// distribution of each row.
/// </summary>
internal sealed class NextTokens(IDecoderSession session, int vocabulary, IReadOnlySet<int> endIds, SearchOptions options)
{
    private int[] _ids = [];
    private float[] _logProbabilities = [];

    /// <summary>Tokens per row after <see cref="Read"/>.</summary>
    public int K { get; private set; }

    /// <summary>[rows × <see cref="K"/>] ids of <paramref name="rows"/> rows from <paramref name="firstRow"/> on, best first.</summary>
    public ReadOnlySpan<int> Ids(int firstRow, int rows) => _ids.AsSpan(firstRow * K, rows * K);

    /// <summary>[rows × <see cref="K"/>], as <see cref="Ids"/>.</summary>
    public ReadOnlySpan<float> LogProbabilities(int firstRow, int rows) => _logProbabilities.AsSpan(firstRow * K, rows * K);

    /// <summary>
    /// Reads the rows of the sentences, one after another. Two tokens per beam nearly always hold enough that do not end the
    /// sentence; where end tokens crowd the top of a row, more are read, so the search never depends on how many were.
    /// </summary>
    public void Read(IReadOnlyList<SentenceSearch> sentences)
    {
        for (K = Math.Min(2 * options.Beams, vocabulary); ; K = Math.Min(2 * K, vocabulary))
        {
            if (_ids.Length < session.Rows * K)
                (_ids, _logProbabilities) = (new int[session.Rows * K], new float[session.Rows * K]);
            if (Penalties.Any(options))
                ReadPenalized(sentences);
            else
                session.TopK(K, _ids.AsSpan(0, session.Rows * K), _logProbabilities.AsSpan(0, session.Rows * K));
            if (K == vocabulary || EveryRowGoesOn())
                return;
        }
    }

    private bool EveryRowGoesOn()
    {
        for (var row = 0; row < session.Rows; row++)
        {
            var ends = 0;
            foreach (var id in Ids(row, 1))
                if (endIds.Contains(id))
                    ends++;
            if (K - ends < options.Beams)
                return false;
        }

        return true;
    }

    private void ReadPenalized(IReadOnlyList<SentenceSearch> sentences)
    {
        var scores = new float[vocabulary];
        var said = new List<int>();
        var row = 0;
        foreach (var sentence in sentences)
            foreach (var beam in sentence.Beams)
            {
                said.Clear();
                said.AddRange(sentence.Prompt.Said);
                said.AddRange(beam.Tokens);
                ReadScores(row, CollectionsMarshal.AsSpan(said), scores);
                TopK(scores, _ids.AsSpan(row * K, K), _logProbabilities.AsSpan(row * K, K));
                row++;
            }
    }

    private void ReadScores(int row, ReadOnlySpan<int> said, Span<float> scores)
    {
        // Hugging Face penalises logits in greedy search and log-probabilities in beam search, and so must we.
        if (options.Beams > 1)
        {
            session.LogProbabilities(row, scores);
            Penalties.Apply(options, said, scores);
            return;
        }

        session.Logits(row, scores);
        Penalties.Apply(options, said, scores);
        LogSoftmax(scores);
    }

    private static void LogSoftmax(Span<float> scores)
    {
        var highest = float.NegativeInfinity;
        foreach (var score in scores)
            highest = Math.Max(highest, score);
        var sum = 0.0;
        foreach (var score in scores)
            sum += Math.Exp(score - highest);
        var shift = (float)(highest + Math.Log(sum));
        foreach (ref var score in scores)
            score -= shift;
    }

    /// <summary>The best of <paramref name="scores"/>, best first; ties go to the lower id.</summary>
    private static void TopK(ReadOnlySpan<float> scores, Span<int> ids, Span<float> best)
    {
        var count = 0;
        for (var id = 0; id < scores.Length; id++)
        {
            if (count == best.Length && !(scores[id] > best[^1]))
                continue;
            var place = count < best.Length ? count++ : count - 1;
            for (; place > 0 && scores[id] > best[place - 1]; place--)
                (ids[place], best[place]) = (ids[place - 1], best[place - 1]);
            (ids[place], best[place]) = (id, scores[id]);
        }
    }
}
