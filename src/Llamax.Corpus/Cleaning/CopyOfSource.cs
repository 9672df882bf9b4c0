using Llamax.Corpus.Reading;

namespace Llamax.Corpus.Cleaning;

/// <summary>Drops pairs whose two texts are the same but for case, spaces and punctuation: nobody translated them.</summary>
internal sealed class CopyOfSource : IPairFilter
{
    public string Name => "copyOfSource";

    public IReadOnlyList<string> Reasons => [Name];

    public Verdict Judge(in SentencePair pair) => FoldedText.AreSame(pair.Source, pair.Target) ? Verdict.Drop(Name) : Verdict.Keep;
}
