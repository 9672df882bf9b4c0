using System.Runtime.InteropServices;
using Llamax.Decoding.Engines;

namespace Llamax.Decoding.Search;

/// <summary>
/// What every live row may say next. The engine ranks the tokens itself where nothing interferes; penalties, rules and sampling need
/// the whole distribution of a row.
/// </summary>
internal sealed class NextTokens(IDecoderSession session, int vocabulary, IReadOnlySet<int> endIds, SearchOptions options)
{
    private readonly float[] _scores = new float[vocabulary];
    private readonly List<int> _said = [];
    private int[] _ids = [];
    private float[] _logProbabilities = [];

    /// <summary>Tokens per row after <see cref="Rank"/>.</summary>
    public int K { get; private set; }

    /// <summary>[rows × <see cref="K"/>] ids of <paramref name="rows"/> rows from <paramref name="firstRow"/> on, best first.</summary>
    public ReadOnlySpan<int> Ids(int firstRow, int rows) => _ids.AsSpan(firstRow * K, rows * K);

    /// <summary>[rows × <see cref="K"/>], as <see cref="Ids"/>; −∞ marks a forbidden token.</summary>
    public ReadOnlySpan<float> LogProbabilities(int firstRow, int rows) => _logProbabilities.AsSpan(firstRow * K, rows * K);

    /// <summary>
    /// Ranks the rows of the sentences, one after another. Two tokens per beam nearly always hold enough that do not end the
    /// sentence; where end tokens crowd the top of a row, more are read, so the search never depends on how many were.
    /// </summary>
    public void Rank(IReadOnlyList<SentenceSearch> sentences)
    {
        var anyFree = sentences.Any(sentence => !IsRuled(sentence.Prompt));
        for (K = Math.Min(2 * options.Beams, vocabulary); ; K = Math.Min(2 * K, vocabulary))
        {
            if (_ids.Length < session.Rows * K)
                (_ids, _logProbabilities) = (new int[session.Rows * K], new float[session.Rows * K]);
            if (anyFree)
                session.TopK(K, _ids.AsSpan(0, session.Rows * K), _logProbabilities.AsSpan(0, session.Rows * K));
            RankRuled(sentences);
            if (K == vocabulary || EveryRowGoesOn())
                return;
        }
    }

    /// <summary>
    /// The distribution of one row after penalties and rules: [vocabulary] log-probabilities, −∞ where forbidden. Valid until the next
    /// call.
    /// </summary>
    public ReadOnlySpan<float> Scores(int row, SearchPrompt prompt, int[] answer)
    {
        // Hugging Face processes logits in greedy search and sampling, log-probabilities in beam search, and so must we.
        if (options.Beams > 1)
        {
            session.LogProbabilities(row, _scores);
            Process(prompt, answer);
        }
        else
        {
            session.Logits(row, _scores);
            Process(prompt, answer);
            LogSoftmax(_scores);
        }

        return _scores;
    }

    private bool IsRuled(SearchPrompt prompt) => Penalties.Any(options) || prompt.Rules.Count > 0;

    private void Process(SearchPrompt prompt, int[] answer)
    {
        _said.Clear();
        _said.AddRange(prompt.Said);
        _said.AddRange(answer);
        Penalties.Apply(options, CollectionsMarshal.AsSpan(_said), answer.Length, endIds, _scores);
        foreach (var rule in prompt.Rules)
            rule.Apply(answer, _scores);
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

    private void RankRuled(IReadOnlyList<SentenceSearch> sentences)
    {
        var row = 0;
        foreach (var sentence in sentences)
        {
            if (IsRuled(sentence.Prompt))
                for (var beam = 0; beam < sentence.Beams.Count; beam++)
                    TopK(
                        Scores(row + beam, sentence.Prompt, sentence.Beams[beam].Tokens),
                        _ids.AsSpan((row + beam) * K, K),
                        _logProbabilities.AsSpan((row + beam) * K, K));
            row += sentence.Beams.Count;
        }
    }

    private static void LogSoftmax(Span<float> scores)
    {
        var highest = float.NegativeInfinity;
        foreach (var score in scores)
            highest = Math.Max(highest, score);
        if (float.IsNegativeInfinity(highest))
            return;
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
