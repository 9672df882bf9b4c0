using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// Judges by a column of the file, such as a score of LASER, Bicleaner or COMET; pairs without a number there are not
/// judged.
/// </summary>
internal sealed class ScoreThreshold(string column, ScoreLimits limits) : IPairFilter
{
    public string Name { get; } = $"scores.{column}";

    public IReadOnlyList<string> Reasons => [Name];

    public Verdict Judge(in SentencePair pair) =>
        pair.Columns?.Number(column) is not { } score ? Verdict.NotJudged
        : score < limits.Least || score > limits.Most ? Verdict.Drop(Name)
        : Verdict.Keep;
}
