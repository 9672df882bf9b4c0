using Llamax.Decoding.Engines;
using Llamax.Runs;

namespace Llamax.Decoding.Search;

/// <summary>
/// Greedy search, beam search and sampling of many prompts: prompts of like length share a batch, a sentence that is done leaves it,
/// and neither changes what any sentence gets. One thread at a time.
/// </summary>
public sealed class BatchedSearch
{
    private readonly IDecoderEngine _engine;
    private readonly Endings _endings;

    /// <param name="engine">Computes; stays the caller's.</param>
    /// <param name="endIds">Tokens that end an answer (EOS, of which a model may have several).</param>
    /// <param name="options">How to search.</param>
    /// <param name="stop">What else ends an answer; null = nothing.</param>
    /// <exception cref="RequestException">An option breaks its rule.</exception>
    public BatchedSearch(IDecoderEngine engine, IEnumerable<int> endIds, SearchOptions options, StopRule? stop = null)
    {
        OptionProblem.ThrowIfAny("search", options.Problems());
        (_engine, _endings, Options) = (engine, new(endIds.ToHashSet(), stop), options);
    }

    public SearchOptions Options { get; }

    /// <summary>
    /// Searches every prompt. Where memory does not suffice for a batch, what is unfinished of it is searched again in halves, and later
    /// batches are as small.
    /// </summary>
    /// <param name="prompts">None longer than the engine can continue (<see cref="IDecoderEngine.MostNewTokens"/>).</param>
    /// <param name="finished">Told the index and the hypotheses of every sentence as soon as it is done, in no promised order.</param>
    /// <param name="cancellation">Looked at before every token.</param>
    /// <returns>For every prompt, in the order given, the best <see cref="SearchOptions.NBest"/> hypotheses, best first.</returns>
    /// <exception cref="RequestException">Memory does not even suffice for one sentence.</exception>
    public IReadOnlyList<IReadOnlyList<Hypothesis>> Run(
        IReadOnlyList<SearchPrompt> prompts,
        Action<int, IReadOnlyList<Hypothesis>>? finished = null,
        CancellationToken cancellation = default)
    {
        var results = new IReadOnlyList<Hypothesis>?[prompts.Count];
        // Longest prompts first, so that memory that does not suffice is found at once.
        var waiting = new LinkedList<int>(
            Enumerable.Range(0, prompts.Count).OrderByDescending(index => Check(prompts[index], index).Tokens.Length));
        var budget = (long)Options.BatchTokens;
        IDecoderSession? session = null;
        try
        {
            while (waiting.Count > 0)
            {
                session ??= _engine.Open();
                var batch = TakeBatch(waiting, prompts, budget);
                try
                {
                    RunBatch(session, [.. batch.Select(index => Begin(index, prompts[index]))], sentence =>
                    {
                        results[sentence.Index] = sentence.Best;
                        finished?.Invoke(sentence.Index, sentence.Best);
                    }, cancellation);
                }
                catch (Exception failure) when (MemoryShortage.Is(failure))
                {
                    var left = batch.Where(index => results[index] is null).ToList();
                    if (left.Count == 1)
                        throw TooLarge(prompts[left[0]], failure);
                    budget = Positions(left, prompts) / 2;
                    for (var i = left.Count - 1; i >= 0; i--)
                        waiting.AddFirst(left[i]);
                    session.Dispose();
                    session = null;
                }
            }
        }
        finally
        {
            session?.Dispose();
        }

        return results!;
    }

    private void RunBatch(
        IDecoderSession session, List<SentenceSearch> live, Action<SentenceSearch> finished, CancellationToken cancellation)
    {
        var next = new NextTokens(session, _engine.VocabularySize, _endings.Ids, Options);
        var parents = new List<int>();
        var tokens = new List<int>();
        cancellation.ThrowIfCancellationRequested();
        session.Prefill(
            [.. live.Select(sentence => sentence.Prompt.Tokens)], live.Max(sentence => sentence.Limit), live.Count * Options.RowsPerSentence);
        while (true)
        {
            if (Options.Sampling is null)
                next.Rank(live);
            parents.Clear();
            tokens.Clear();
            var row = 0;
            foreach (var sentence in live)
            {
                var rows = sentence.Beams.Count;
                sentence.Extend(next, row);
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

    private List<int> TakeBatch(LinkedList<int> waiting, IReadOnlyList<SearchPrompt> prompts, long budget)
    {
        var batch = new List<int>();
        while (waiting.First is { Value: var index } && (batch.Count == 0 || Fits([.. batch, index], prompts, budget)))
        {
            batch.Add(index);
            waiting.RemoveFirst();
        }

        return batch;
    }

    private bool Fits(List<int> batch, IReadOnlyList<SearchPrompt> prompts, long budget) =>
        batch.Count <= Options.BatchSentences
        && batch.Count * Options.RowsPerSentence <= _engine.MostRows
        && batch.Max(index => Limit(prompts[index])) <= _engine.MostNewTokens(batch.Max(index => prompts[index].Tokens.Length))
        && Positions(batch, prompts) <= budget;

    private long Positions(List<int> batch, IReadOnlyList<SearchPrompt> prompts) =>
        batch.Count * (batch.Max(index => prompts[index].Tokens.Length)
            + ((long)Options.RowsPerSentence * batch.Max(index => Limit(prompts[index]))));

    private SearchPrompt Check(SearchPrompt prompt, int index)
    {
        if (prompt.Tokens.Length == 0 || _engine.MostNewTokens(prompt.Tokens.Length) < 1)
            throw new ArgumentException(
                $"Prompt {index} has {prompt.Tokens.Length} tokens; 1 to {_engine.MaxLength - 1} can be continued.", nameof(prompt));
        if (prompt.Phrases.Count > 0 && (Options.Beams < 2 || Options.Sampling is not null))
            throw new ArgumentException($"Prompt {index} has phrases that must be said: that needs two beams or more.", nameof(prompt));
        return prompt;
    }

    private int Limit(SearchPrompt prompt) =>
        Math.Min(_engine.MostNewTokens(prompt.Tokens.Length), Options.MaxNewTokensFor(prompt.SourceTokens));

    private SentenceSearch Begin(int index, SearchPrompt prompt) => Options.Sampling is null
        ? new SentenceBeams(index, prompt, Limit(prompt), _endings, Options)
        : new SentenceSamples(index, prompt, Limit(prompt), _endings, Options);

    private RequestException TooLarge(SearchPrompt prompt, Exception failure) => new(
        $"memory does not suffice for one sentence: {prompt.Tokens.Length} tokens, {Options.RowsPerSentence} hypotheses, "
            + $"{Limit(prompt)} new tokens ({failure.Message.Split('\n')[0]})",
        "search",
        "use fewer beams or samples, a smaller limit of new tokens, or smaller weights (--type bfloat16)",
        failure);
}
