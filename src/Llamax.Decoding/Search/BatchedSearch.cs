using Llamax.Decoding.Engines;
using Llamax.Runs;

namespace Llamax.Decoding.Search;

/// <summary>
/// Greedy and beam search of many prompts: prompts of like length share a batch, a sentence that is done leaves it, and neither
/// changes what any sentence gets. One thread at a time.
/// </summary>
public sealed class BatchedSearch
{
    private readonly IDecoderEngine _engine;
    private readonly HashSet<int> _endIds;

    /// <param name="engine">Computes; stays the caller's.</param>
    /// <param name="endIds">Tokens that end an answer (EOS, of which a model may have several).</param>
    /// <param name="options">How to search.</param>
    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public BatchedSearch(IDecoderEngine engine, IEnumerable<int> endIds, SearchOptions options)
    {
        OptionProblem.ThrowIfAny("search", options.Problems());
        (_engine, _endIds, Options) = (engine, [.. endIds], options);
    }

    public SearchOptions Options { get; }

    /// <summary>Searches every prompt.</summary>
    /// <param name="prompts">Each shorter than the engine's <see cref="IDecoderEngine.MaxLength"/>.</param>
    /// <param name="finished">Told the index and the hypotheses of every sentence as soon as it is done, in no promised order.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <returns>For every prompt, in the order given, the best <see cref="SearchOptions.NBest"/> hypotheses, best first.</returns>
    public IReadOnlyList<IReadOnlyList<Hypothesis>> Run(
        IReadOnlyList<SearchPrompt> prompts,
        Action<int, IReadOnlyList<Hypothesis>>? finished = null,
        CancellationToken cancellation = default)
    {
        var results = new IReadOnlyList<Hypothesis>[prompts.Count];
        using var session = _engine.Open();
        foreach (var batch in Batches([.. prompts.Select((prompt, index) => Begin(index, prompt))]))
            RunBatch(session, batch, sentence =>
            {
                results[sentence.Index] = sentence.Best;
                finished?.Invoke(sentence.Index, sentence.Best);
            }, cancellation);
        return results;
    }

    private void RunBatch(
        IDecoderSession session, List<SentenceSearch> live, Action<SentenceSearch> finished, CancellationToken cancellation)
    {
        var next = new NextTokens(session, _engine.VocabularySize, _endIds, Options);
        var parents = new List<int>();
        var tokens = new List<int>();
        cancellation.ThrowIfCancellationRequested();
        session.Prefill([.. live.Select(sentence => sentence.Prompt.Tokens)], live.Max(sentence => sentence.Limit));
        while (true)
        {
            next.Read(live);
            parents.Clear();
            tokens.Clear();
            var row = 0;
            foreach (var sentence in live)
            {
                var rows = sentence.Beams.Count;
                sentence.Extend(next.K, next.Ids(row, rows), next.LogProbabilities(row, rows));
                if (sentence.IsDone)
                    finished(sentence);
                else
                    foreach (var beam in sentence.Beams)
                    {
                        parents.Add(row + beam.Parent);
                        tokens.Add(beam.Tokens[^1]);
                    }

                row += rows;
            }

            live.RemoveAll(sentence => sentence.IsDone);
            if (live.Count == 0)
                return;
            cancellation.ThrowIfCancellationRequested();
            session.Advance([.. parents], [.. tokens]);
        }
    }

    /// <summary>Longest prompts first, so that memory that does not suffice is found at once.</summary>
    private IEnumerable<List<SentenceSearch>> Batches(IReadOnlyList<SentenceSearch> sentences)
    {
        var batch = new List<SentenceSearch>();
        foreach (var sentence in sentences.OrderByDescending(sentence => sentence.Prompt.Tokens.Length))
        {
            if (batch.Count > 0 && !Fits([.. batch, sentence]))
            {
                yield return batch;
                batch = [];
            }

            batch.Add(sentence);
        }

        if (batch.Count > 0)
            yield return batch;
    }

    private bool Fits(List<SentenceSearch> batch)
    {
        var positions = (long)batch.Max(sentence => sentence.Prompt.Tokens.Length) + batch.Max(sentence => sentence.Limit);
        return batch.Count <= Options.BatchSentences
            && batch.Max(sentence => sentence.Limit) <= _engine.MostNewTokens(batch.Max(sentence => sentence.Prompt.Tokens.Length))
            && batch.Count * Options.Beams * positions <= Options.BatchTokens;
    }

    private SentenceSearch Begin(int index, SearchPrompt prompt)
    {
        var room = _engine.MostNewTokens(prompt.Tokens.Length);
        if (prompt.Tokens.Length == 0 || room < 1)
            throw new ArgumentException(
                $"Prompt {index} has {prompt.Tokens.Length} tokens; 1 to {_engine.MaxLength - 1} can be continued.", nameof(prompt));
        return new(index, prompt, Math.Min(room, Options.MaxNewTokensFor(prompt.SourceTokens)), _endIds, Options);
    }
}
