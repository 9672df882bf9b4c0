namespace Llamax.Decoding.Translators;

/// <summary>Puts the candidates of one text into a better order, with scores of its own.</summary>
public interface IReranker
{
    /// <param name="request">What was translated.</param>
    /// <param name="candidates">At least one, best first by the search's score.</param>
    /// <returns>The same texts, best first.</returns>
    IReadOnlyList<TranslationCandidate> Rerank(TranslationRequest request, IReadOnlyList<TranslationCandidate> candidates);
}

/// <summary>How good a hypothesis is if a reference were the truth, for example chrF; higher is better.</summary>
public delegate double Utility(string hypothesis, string reference);

/// <summary>
/// Minimum Bayes risk (Kumar and Byrne, NAACL 2004; over samples: Eikema and Aziz, EMNLP 2022): the candidate with the greatest mean
/// utility against all candidates, each counted as often as it was found. With samples their number is the weight of each text.
/// </summary>
/// <param name="utility">Called for every pair of different texts; a text against itself too.</param>
public sealed class MinimumBayesRisk(Utility utility) : IReranker
{
    /// <summary>Scores are the mean utilities; of equal ones the search's order decides.</summary>
    public IReadOnlyList<TranslationCandidate> Rerank(TranslationRequest request, IReadOnlyList<TranslationCandidate> candidates)
    {
        var total = candidates.Sum(candidate => candidate.Count);
        return
        [
            .. candidates
                .Select(hypothesis => hypothesis with
                {
                    Score = candidates.Sum(reference => reference.Count * utility(hypothesis.Text, reference.Text)) / total,
                })
                .OrderByDescending(candidate => candidate.Score),
        ];
    }
}

/// <summary>Orders n-best lists by another score, for example a quality estimate or a mixture with the search's own.</summary>
/// <param name="score">Higher is better; sees the request and the candidate with the search's score.</param>
public sealed class ScoredReranking(Func<TranslationRequest, TranslationCandidate, double> score) : IReranker
{
    public IReadOnlyList<TranslationCandidate> Rerank(TranslationRequest request, IReadOnlyList<TranslationCandidate> candidates) =>
        [.. candidates.Select(candidate => candidate with { Score = score(request, candidate) }).OrderByDescending(c => c.Score)];
}

/// <summary>A translator whose candidates are put into another order.</summary>
/// <param name="inner">Finds the candidates; disposed with this one.</param>
/// <param name="reranker">Orders them.</param>
public sealed class RerankedTranslator(ITranslator inner, IReranker reranker) : ITranslator
{
    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default) =>
        inner.Translate(requests, cancellation).Select(translation => translation.Candidates.Count == 0
            ? translation
            : translation with { Candidates = reranker.Rerank(translation.Request, translation.Candidates) });

    public void Dispose() => inner.Dispose();
}
