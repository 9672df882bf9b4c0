using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>A filter that mends each text and drops none.</summary>
internal abstract class TextRepair : IPairFilter
{
    public abstract string Name { get; }

    public IReadOnlyList<string> Reasons => [];

    public Verdict Judge(in SentencePair pair)
    {
        var (source, target) = (Repair(pair.Source), Repair(pair.Target));
        return ReferenceEquals(source, pair.Source) && ReferenceEquals(target, pair.Target)
            ? Verdict.Keep
            : Verdict.Change(pair with { Source = source, Target = target });
    }

    /// <summary>The mended text; the very same string where there is nothing to mend.</summary>
    protected abstract string Repair(string text);
}
