using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>A filter that looks at each text alone: a pair is dropped where one of its texts would be.</summary>
internal abstract class TextFilter(CleaningSides sides) : IPairFilter
{
    public abstract string Name { get; }

    public virtual IReadOnlyList<string> Reasons => [Name];

    public Verdict Judge(in SentencePair pair)
    {
        var reason = Objection(pair.Source, sides.Source);
        if (reason is null && sides.Target is { } target)
            reason = Objection(pair.Target, target);
        return reason is null ? Verdict.Keep : Verdict.Drop(reason);
    }

    /// <summary>Why the text is dropped; null keeps it.</summary>
    protected abstract string? Objection(string text, CleaningSide side);
}
