using Llamax.Corpus.Reading;
using Llamax.Text.Identification;

namespace Llamax.Corpus.Cleaning;

/// <summary>
/// Drops text that an identifier takes for another language. Languages that its model does not know are not judged, and counted so.
/// </summary>
internal sealed class LanguageMismatch(CleaningSides sides, ILanguageIdentifier identifier) : IPairFilter
{
    public string Name => "leastLanguage";

    public IReadOnlyList<string> Reasons => [Name];

    public Verdict Judge(in SentencePair pair)
    {
        var source = JudgeText(pair.Source, sides.Source);
        if (source.Kind == VerdictKind.Drop || sides.Target is null)
            return source;
        var target = JudgeText(pair.Target, sides.Target);
        return target.Kind == VerdictKind.Keep ? source : target;
    }

    private Verdict JudgeText(string text, CleaningSide side)
    {
        if (side.Language is not { } language || !identifier.Judges(language))
            return Verdict.NotJudged;
        return identifier.Judge(text, language).Probability < side.Limits.LeastLanguage ? Verdict.Drop(Name) : Verdict.Keep;
    }
}
